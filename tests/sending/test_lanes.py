"""Lanes send side by side, hand every window back, and tell what broke."""

import threading
from collections.abc import Callable
from typing import cast

import pytest

from newsletter.sending.lanes import FinishedWindow, Lanes
from newsletter.sending.reserve import Window
from newsletter.sending.transmit import TransportFailure

FAILURE = TransportFailure("It does not accept our mail.", temporary=True)
QUIET = 0.01  # seconds to wait where nothing will come


def window(name: str) -> Window:
    """Lanes look at no part of a window."""
    return cast(Window, name)


@pytest.fixture
def make_lanes() -> Callable[..., Lanes]:
    def make(send: Callable[[Window], TransportFailure | None], lanes: int = 1) -> Lanes:
        made = Lanes(send)
        for _ in range(lanes):
            made.open_another()
        return made

    return make


def test_every_window_comes_back_with_what_its_lane_says(make_lanes: Callable[..., Lanes]) -> None:
    broken = OSError("the tally took half a record")

    def send(window: Window) -> TransportFailure | None:
        if window == "breaks":
            raise broken
        return FAILURE if window == "troubled" else None

    lanes = make_lanes(send)
    for name in ("well", "troubled", "breaks"):
        lanes.put(window(name))
    done: list[FinishedWindow] = []
    while lanes.under_way:
        done += lanes.collect(5)
    assert done == [
        FinishedWindow(window("well")),
        FinishedWindow(window("troubled"), FAILURE),
        FinishedWindow(window("breaks"), error=broken),
    ]
    lanes.close()


def test_an_error_ends_no_lane(make_lanes: Callable[..., Lanes]) -> None:
    def send(window: Window) -> None:
        raise SystemExit

    lanes = make_lanes(send)
    for n in range(3):
        lanes.put(window(str(n)))
        assert [type(done.error) for done in lanes.collect(5)] == [SystemExit]
    lanes.close()


def test_room_is_for_one_under_way_and_one_that_waits(make_lanes: Callable[..., Lanes]) -> None:
    lanes = make_lanes(lambda _: None, lanes=0)
    assert (len(lanes), lanes.room, lanes.collect(QUIET)) == (0, 0, [])
    lanes.open_another()
    assert (len(lanes), lanes.room) == (1, 2)
    lanes.close()


def test_a_lane_that_is_busy_leaves_the_next_window_to_another(make_lanes: Callable[..., Lanes]) -> None:
    go_on = threading.Event()
    lanes = make_lanes(lambda each: None if each == "short" else cast(None, go_on.wait(10)), lanes=2)
    lanes.put(window("long"))
    lanes.put(window("short"))
    assert [done.window for done in lanes.collect(5)] == ["short"]
    assert (lanes.under_way, lanes.room, lanes.collect(QUIET)) == (1, 3, [])
    go_on.set()
    assert [done.window for done in lanes.collect(5)] == ["long"]
    lanes.close()
    assert len(lanes) == 0

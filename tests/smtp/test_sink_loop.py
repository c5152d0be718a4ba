"""The sink's loop and links by themselves: timers, watching, and a kernel without room."""

import contextlib
import selectors
import socket
import threading
from functools import partial

from newsletter.smtp.sink.loop import Loop
from newsletter.smtp.sink.stream import Stream


def test_timers_go_off_in_order():
    loop = Loop(selectors.SelectSelector())
    seen: list[object] = []
    for number in range(5):
        loop.later(0.0, partial(seen.append, number))
    loop.later(0.02, loop.end)
    loop.later(0.01, lambda: seen.append("later"))
    loop.run()
    loop.close()
    assert seen == [0, 1, 2, 3, 4, "later"]


def test_what_the_kernel_has_no_room_for_leaves_later():
    class Quiet(Stream):
        def opened(self):
            self.send(b"late")

        def work(self, buffer, end):
            return end

        def gone(self):
            loop.end()

    loop = Loop()
    ours, theirs = socket.socketpair()
    with theirs:
        ours.setblocking(False)
        filled = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                filled += ours.send(b"x" * 100)
        link = Quiet(loop, ours)
        link.begin(None)
        link.close()
        heard = bytearray()

        def read():
            while octets := theirs.recv(65_536):
                heard.extend(octets)

        reader = threading.Thread(target=read)
        reader.start()
        loop.run()
        reader.join()
    loop.close()
    assert bytes(heard) == b"x" * filled + b"late"


def test_nothing_is_watched_twice_or_unwatched_unless_watched():
    loop = Loop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop.watch(ours, 0, lambda _events: None)
        seen: list[int] = []
        loop.watch(ours, selectors.EVENT_READ, seen.append)
        loop.watch(ours, selectors.EVENT_READ, lambda _events: loop.end())
        theirs.send(b"x")
        loop.run()
        loop.watch(ours, 0, seen.append)
    loop.close()
    assert seen == []

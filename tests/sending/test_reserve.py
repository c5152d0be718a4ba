"""Reserving: who is taken, who stands in a line towards a provider, and what a failure leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import DeliveryRetry, SendWindow
from newsletter.runtime import Runtime
from newsletter.sending.reserve import LONG_QUEUE, reserve
from newsletter.smtp.url import parse_smtp_url
from newsletter.subscribers.models import Subscriber
from newsletter.transports.transport_config import Limits, TransportConfig
from tests.sending.conftest import READERS, checked

AT_GMAIL = 10


def transport(**limits: float) -> TransportConfig:
    relay = parse_smtp_url("smtp://relay.example:25")
    return TransportConfig("relay", "The relay", relay, limits=Limits(provider_limits=limits))


@pytest.fixture
def take(runtime: Runtime, mailing_id: int, tmp_path: Path) -> Callable[..., list[int]]:
    """The places in the next window, which is left open."""

    def one(by: TransportConfig, size: int = READERS) -> list[int]:
        with runtime.session() as session:
            window = reserve(
                session, lock(session, mailing_id), by, size, tally_dir=tmp_path / "tallies", host="here"
            )
            session.commit()
            checked(session, mailing_id)
        if window is None:
            return []
        window.tally.close()
        return [one.seq for one in window.recipients]

    return one


@pytest.fixture
def at_gmail(session: Session, mailing_id: int) -> None:
    """The first readers have their mailboxes at one provider."""
    for n, person in enumerate(session.scalars(select(Subscriber).order_by(Subscriber.id).limit(AT_GMAIL))):
        person.email = f"reader{n}@gmail.com"
    session.commit()


def test_whoever_is_due_comes_before_those_who_had_no_turn(
    take: Callable[..., list[int]], session: Session, mailing_id: int
) -> None:
    assert take(transport(), 3) == [1, 2, 3]
    assert take(transport(), 3) == [4, 5, 6]
    assert take(transport()) == list(range(7, READERS + 1))
    assert take(transport()) == []


@pytest.mark.usefixtures("at_gmail")
def test_a_provider_s_rate_makes_a_line_in_which_nobody_waits_twice(
    take: Callable[..., list[int]], session: Session, mailing_id: int
) -> None:
    by = transport(gmail=2.0)
    first = take(by)
    assert set(first) == {1, 2} | set(range(AT_GMAIL + 1, READERS + 1))
    waiting = session.scalars(select(DeliveryRetry).order_by(DeliveryRetry.seq)).all()
    assert [row.seq for row in waiting] == list(range(3, AT_GMAIL + 1))
    assert {row.attempts for row in waiting} == {0}
    assert [row.due for row in waiting] == sorted(row.due for row in waiting)
    session.rollback()
    assert take(by) == []
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        assert take(by) == list(range(3, AT_GMAIL + 1))
        assert take(by) == []


@pytest.mark.usefixtures("at_gmail")
def test_a_long_line_lets_nobody_else_in_for_now(
    take: Callable[..., list[int]], session: Session, mailing_id: int
) -> None:
    by = transport(gmail=1 / LONG_QUEUE.total_seconds())
    assert take(by, 5) == [1]
    assert take(by, 5) == [], "the others of these wait for hours"
    assert take(transport(), 5) == [6, 7, 8, 9, 10], "by another transport there is no line"


def test_a_window_that_cannot_be_written_leaves_no_tally(
    runtime: Runtime, mailing_id: int, tmp_path: Path
) -> None:
    with runtime.session() as session:
        mailing = lock(session, mailing_id)
        with pytest.raises(Exception, match=r"(?i)not null|null value"):
            reserve(session, mailing, transport(), 5, tally_dir=tmp_path, host=None)  # type: ignore[arg-type]
    assert not list(tmp_path.glob("*.tally"))
    with runtime.session() as session:
        assert session.scalars(select(SendWindow)).all() == []

"""The circuit breaker: too many refusals pause a mailing, once, and say so."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Outcome
from newsletter.mailings.totals import MailingTotals
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending import circuit_breaker, control
from newsletter.sending.circuit_breaker import FEWEST, FEWEST_COMPLAINTS, pause_if_it_comes_back
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.smtp.sink import At, Rule, Script, Sink
from tests.factories import make_readers
from tests.sending.conftest import READERS, checked
from tests.sending.pressing import press

MORE = 300
SHARE = 0.1  # unless the publication has another limit


def is_paused(session: Session, mailing_id: int, rejected: int, sent: int) -> bool:
    mailing = lock(session, mailing_id)
    told = {(Outcome.REJECTED, "no_such_user"): rejected - 1, (Outcome.REJECTED, "expired"): 1}
    counts.change(session, mailing_id, told | {(Outcome.SENT, ""): sent})
    return circuit_breaker.pause_if_refused(session, mailing)


@pytest.mark.parametrize(
    ("rejected", "sent", "expected"),
    [
        (FEWEST, 0, True),
        (FEWEST - 1, 0, False),  # a few say nothing
        (FEWEST, round(FEWEST / SHARE) - FEWEST, True),
        (FEWEST, round(FEWEST / SHARE) - FEWEST + 1, False),
    ],
)
def test_it_takes_many_and_a_tenth(
    session: Session, mailing_id: int, rejected: int, sent: int, expected: bool
) -> None:
    assert is_paused(session, mailing_id, rejected, sent) is expected
    assert lock(session, mailing_id).control is (Control.PAUSE if expected else Control.GO)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("bounced", "complaints", "sent", "limits", "expected"),
    [
        (FEWEST, 0, 10 * FEWEST, {}, "50 of 500 messages (10 %) bounced."),
        (FEWEST - 1, 0, FEWEST, {}, ""),  # a few say nothing
        (FEWEST, 0, 10 * FEWEST + 1, {}, ""),
        (FEWEST, 0, 10 * FEWEST, {"bounce_limit": 20.0}, ""),
        (0, FEWEST_COMPLAINTS, 1_600, {}, "5 of 1,600 messages (0.31 %) were reported as spam."),
        (0, FEWEST_COMPLAINTS - 1, 10, {}, ""),
        (0, FEWEST_COMPLAINTS, 1_700, {}, ""),
        (0, FEWEST_COMPLAINTS, 1_700, {"complaint_limit": 0.1}, "5 of 1,700 messages"),
    ],
)
def test_what_comes_back_pauses_by_the_limits_of_the_publication(
    session: Session,
    mailing_id: int,
    bounced: int,
    complaints: int,
    sent: int,
    limits: dict[str, float],
    expected: str,
) -> None:
    mailing = lock(session, mailing_id)
    publication = session.get_one(Publication, mailing.publication_id)
    for name, limit in limits.items():
        setattr(publication, name, limit)
    counts.change(session, mailing_id, {(Outcome.SENT, ""): sent})
    assert pause_if_it_comes_back(session, mailing, bounced, complaints) is bool(expected)
    assert mailing.held_reason.startswith(expected)
    assert bool(mailing.held_reason) is bool(expected)


def test_it_says_why_and_pauses_once(session: Session, mailing_id: int) -> None:
    assert is_paused(session, mailing_id, 1_500, 4_500)
    mailing = lock(session, mailing_id)
    assert mailing.held_reason.startswith("1,500 of 6,000 messages (25 %) were refused.")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.paused")).one()
    assert entry.detail == {"reason": mailing.held_reason}
    control.resume(session, mailing_id, actor="test")
    assert not circuit_breaker.pause_if_refused(session, mailing)


def test_a_drain_stops_itself(
    runtime: Runtime,
    make_process: Callable[..., SendingProcess],
    scheduled: int,
    sink: Sink,
) -> None:
    with runtime.session() as session:
        make_readers(session, session.scalars(select(Publication)).one(), MORE, start=READERS + 1)
        session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links)
    sink.script = Script(
        [
            Rule(
                At.RCPT,
                code=550,
                text=f"5.1.1 <reader{n}@readers.example> No such user",
                recipient=f"reader{n}@*",
            )
            for n in range(1, MORE + READERS + 1)
        ]
    )
    process = make_process(window_size=10)
    assert process.drain(scheduled, seconds=30) is False
    found = told(runtime, scheduled)
    assert (found.state, found.in_flight) == ("paused", 0)
    assert FEWEST <= found.rejected < MORE, "what was reserved ahead is let go to its end, and no more"
    assert "were refused" in found.reason
    press(runtime, control.resume, scheduled)
    sink.script = Script()
    process.drain(scheduled, seconds=30)
    found = told(runtime, scheduled)
    assert (found.state, found.sent + found.rejected) == ("finished", MORE + READERS)


def told(runtime: Runtime, mailing_id: int) -> MailingTotals:
    with runtime.session() as session:
        return checked(session, mailing_id)

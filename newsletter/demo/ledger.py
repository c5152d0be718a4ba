"""The finished mailings of the demo: every candidate in exactly one place, as a real sending leaves them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.demo.people import SENT, Fate, Person
from newsletter.issues.compile_mailing import compile_for_mailing
from newsletter.issues.lock import lock_revision
from newsletter.issues.models import Revision
from newsletter.issues.publish import publish_issue
from newsletter.mailings import counts
from newsletter.mailings.models import Delivery, Exclusion, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscription

RETRIES_END = timedelta(hours=72)
PER_MESSAGE = timedelta(milliseconds=40)


@dataclass(frozen=True)
class _Fact:
    """What became of one candidate, and when, as the ledger keeps it."""

    outcome: Outcome
    reason: str = ""
    code: int | None = None
    enhanced: str = ""
    at: datetime | None = None


def make_mailing(
    session: Session,
    publication: Publication,
    revision: Revision,
    readers: Sequence[tuple[Person, Subscription]],
    *,
    number: int,
    links: Links,
) -> Mailing:
    """Issue `number` (1 to 3) as it was sent: locked, frozen, compiled, delivered, accounted for."""
    due = SENT[number - 1]
    candidates = [(person, row) for person, row in readers if person.joined < due]
    lock_revision(session, revision)
    revision.locked_at = due - timedelta(hours=15)
    mailing = Mailing(
        publication_id=publication.id,
        issue_id=revision.issue_id,
        revision_id=revision.id,
        state=MailingState.FINISHED,
        scheduled_at=due,
        zone=publication.timezone,
        created_at=due - timedelta(hours=15),
        started_at=due,
        frozen_through=max(row.subscriber_id for _, row in candidates),
        candidates=len(candidates),
    )
    session.add(mailing)
    session.flush()
    _write_deliveries(session, mailing, candidates, number, due)
    publish_issue(session, revision, due)
    session.add_all(compile_for_mailing(session, revision, publication, links, mailing.id))
    session.flush()
    return mailing


def _write_deliveries(
    session: Session,
    mailing: Mailing,
    candidates: Sequence[tuple[Person, Subscription]],
    number: int,
    due: datetime,
) -> None:
    """One row for each candidate: 1, 2, 3 … for who is written to, below zero for who is not."""
    rows = []
    tally: Counter[counts.Key] = Counter()
    members = left_out = 0
    latest = due
    for person, subscription in sorted(candidates, key=lambda pair: pair[1].subscriber_id):
        excluded = _exclusion(person, due)
        if excluded:
            left_out += 1
            seq, fact = -left_out, _Fact(Outcome.EXCLUDED, excluded.value)
        else:
            members += 1
            seq, fact = members, _outcome(person, number, due + members * PER_MESSAGE)
        latest = max(latest, fact.at or due)
        counted = fact.reason if fact.outcome in {Outcome.REJECTED, Outcome.EXCLUDED} else ""
        tally[fact.outcome, counted] += 1
        rows.append(
            {
                "mailing_id": mailing.id,
                "seq": seq,
                "subscriber_id": subscription.subscriber_id,
                "subscription_id": subscription.id,
                "outcome": fact.outcome,
                "reason": fact.reason,
                "code": fact.code,
                "enhanced": fact.enhanced,
                "at": fact.at,
            }
        )
    session.execute(insert(Delivery), rows)
    counts.change(session, mailing.id, tally)
    mailing.members = members
    mailing.next_seq = members + 1
    mailing.finished_at = latest + timedelta(seconds=1)


def _exclusion(person: Person, due: datetime) -> Exclusion | None:
    """Why somebody was not written to at `due`; the same rule as the real freeze, told by their life."""
    if person.fate is Fate.SUPPRESSED:
        return Exclusion.SUPPRESSED
    if person.confirmed is None or person.confirmed > due:
        return Exclusion.UNCONFIRMED
    if person.turned is None or person.turned >= due + timedelta(hours=1):
        return None
    if person.fate is Fate.BOUNCED and person.turned >= due:
        return None  # it is this mailing that finds the address dead
    return {
        Fate.ERASED: Exclusion.ERASED,
        Fate.UNSUBSCRIBED: Exclusion.UNSUBSCRIBED,
        Fate.BOUNCED: Exclusion.ENDED,
        Fate.COMPLAINED: Exclusion.ENDED,
        Fate.PAUSED: Exclusion.PAUSED,
    }[person.fate]


def _outcome(person: Person, number: int, at: datetime) -> _Fact:
    """What the server answered."""
    if person.issue == number:
        if person.fate is Fate.BOUNCED:
            return _Fact(Outcome.REJECTED, "no_such_user", 550, "5.1.1", at)
        if person.fate is Fate.FULL:
            return _Fact(Outcome.REJECTED, "expired", 452, "4.2.2", at + RETRIES_END)
        if person.fate is Fate.UNANSWERED:
            return _Fact(Outcome.UNANSWERED, at=at)
    return _Fact(Outcome.SENT, "", 250, "2.0.0", at)

"""Who a mailing is for and what became of each: pages of recipients, and what servers answered, by code.

The order is that of the subscribers, which an index has; a page begins after, or ends before, a subscriber.
A delivery in the hands of a process is in flight, whatever its row still says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import address_key
from newsletter.mailings.models import Delivery, Outcome, SendWindow
from newsletter.subscribers.models import Subscriber

PAGE = 50
IN_FLIGHT = "in_flight"
OUTCOMES: tuple[str, ...] = ("pending", IN_FLIGHT, "sent", "rejected", "retry", "unanswered", "excluded")
FAILED = (Outcome.REJECTED, Outcome.RETRY, Outcome.UNANSWERED)


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """One delivery with its person. `email` is None once the person was erased."""

    subscriber_id: int
    email: str | None
    name: str
    outcome: str  # one of `OUTCOMES`
    reason: str
    code: int | None  # of the last reply (RFC 5321 §4.2)
    enhanced: str  # its enhanced status code (RFC 3463)
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RecipientFilter:
    """Which recipients: `outcome` and `reason` are exact, `prefix` begins the address; empty is any."""

    outcome: str = ""
    reason: str = ""
    prefix: str = ""

    def __bool__(self) -> bool:
        return bool(self.outcome or self.reason or self.prefix)


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """Recipients in the order of subscribers, and whether there are others on either side."""

    rows: list[RecipientRow]
    earlier: bool
    later: bool


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How many deliveries were last answered this way; without a code no reply was read."""

    outcome: Outcome
    code: int | None
    enhanced: str
    reason: str
    n: int


def recipients(
    session: Session,
    mailing_id: int,
    wanted: RecipientFilter | None = None,
    *,
    after: int = 0,
    before: int = 0,
    limit: int = PAGE,
) -> RecipientPage:
    """The first page, the one after subscriber `after`, or the one that ends before subscriber `before`."""
    in_flight = in_flight_places(session, mailing_id)
    query = _select(mailing_id, wanted or RecipientFilter(), in_flight).limit(limit + 1)
    if before:
        query = query.where(Delivery.subscriber_id < before).order_by(Delivery.subscriber_id.desc())
    else:
        query = query.where(Delivery.subscriber_id > after).order_by(Delivery.subscriber_id)
    listed = [_recipient(row, in_flight) for row in session.execute(query)]
    more, rows = len(listed) > limit, listed[:limit]
    if before:
        return RecipientPage(rows[::-1], earlier=more, later=True)
    return RecipientPage(rows, earlier=after > 0, later=more)


def every_recipient(
    session: Session, mailing_id: int, wanted: RecipientFilter | None = None, chunk: int = 1_000
) -> Iterator[RecipientRow]:
    """All of them, read `chunk` at a time, each in a short transaction of its own."""
    last, more = 0, True
    while more:
        page = recipients(session, mailing_id, wanted, after=last, limit=chunk)
        session.rollback()
        yield from page.rows
        more = page.later
        last = page.rows[-1].subscriber_id if page.rows else last


def count_failures(session: Session, mailing_id: int) -> list[FailureCount]:
    """What did not go well, by the server's last answer and the reason, most frequent first."""
    n = func.count().label("n")
    answer = (Delivery.outcome, Delivery.code, Delivery.enhanced, Delivery.reason)
    rows = session.execute(
        select(*answer, n)
        .where(Delivery.mailing_id == mailing_id, Delivery.outcome.in_(FAILED))
        .group_by(*answer)
        .order_by(n.desc(), Delivery.code, Delivery.enhanced, Delivery.reason, Delivery.outcome)
    )
    return [FailureCount(*row) for row in rows]


def in_flight_places(session: Session, mailing_id: int) -> set[int]:
    """The places (`seq`) that an open window holds: some hundreds for each sending process."""
    windows = session.scalars(select(SendWindow.seqs).where(SendWindow.mailing_id == mailing_id))
    return {seq for seqs in windows for seq in seqs}


def _select(mailing_id: int, wanted: RecipientFilter, in_flight: set[int]) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            Delivery.seq,
            Delivery.subscriber_id,
            Subscriber.email,
            Subscriber.name,
            Delivery.outcome,
            Delivery.reason,
            Delivery.code,
            Delivery.enhanced,
            Delivery.at,
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.mailing_id == mailing_id)
    )
    if wanted.outcome == IN_FLIGHT:
        query = query.where(Delivery.seq.in_(in_flight))
    elif wanted.outcome:
        query = query.where(Delivery.outcome == Outcome(wanted.outcome), Delivery.seq.not_in(in_flight))
    if wanted.reason:
        query = query.where(Delivery.reason == wanted.reason)
    if wanted.prefix:
        query = query.where(Subscriber.email_key.startswith(address_key(wanted.prefix), autoescape=True))
    return query


def _recipient(row: Any, in_flight: set[int]) -> RecipientRow:
    seq, subscriber_id, email, name, outcome, reason, code, enhanced, at = row
    if seq in in_flight:
        return RecipientRow(subscriber_id, email, name, IN_FLIGHT, "", None, "", None)
    return RecipientRow(subscriber_id, email, name, outcome.value, reason, code, enhanced, at)

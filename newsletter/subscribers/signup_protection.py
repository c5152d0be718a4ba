"""The gate before every sign-up, whichever way it comes: form, embedded form or API.

Anybody can type anybody's address, so a form is a way to make us write to a victim a thousand times
("subscription bombing"), or to find out who reads what. Hence:

- whoever fills in the field that people do not see is a program, and who answers a form faster than a person
  can, or a day later, is asked once more;
- an address that has not answered gets one message in 24 hours and three in 30 days, however it is asked;
- each IP address and each email domain has an allowance (counted by the surface, see `newsletter.web`).

A program and a stranger are told the same as everybody else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import Address
from newsletter.core.errors import Missing
from newsletter.core.tokens import Expired, Purpose, Signer
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.models import ConsentKind, ConsentRecord, Subscriber, Subscription

CONFIRMATION = "confirmation"
ALREADY_SUBSCRIBED = "already_subscribed"

ONE_DAY = timedelta(hours=24)
THIRTY_DAYS = timedelta(days=30)
A_DAY_AT_MOST = 1
THIRTY_DAYS_AT_MOST = 3


class Passage(StrEnum):
    """What the gate makes of a filled-in form."""

    OPEN = "open"
    PROGRAM = "program"  # nothing is done, and the answer does not tell
    ASK_AGAIN = "ask_again"  # nothing is done yet: shown again as filled in, one more press of the button


@dataclass(frozen=True)
class Pace:
    """How long a person takes to fill in a form: from two seconds to a working day."""

    fastest: timedelta = timedelta(seconds=2)
    slowest: timedelta = timedelta(hours=12)


def stamp_form(signer: Signer, publication_id: int) -> str:
    """The signed moment at which a form is shown; goes back with it."""
    return signer.sign(Purpose.FORM, publication_id)


def inspect_form(
    signer: Signer, *, stamp: str, publication_id: int, trap: str, pace: Pace = Pace()
) -> Passage:
    """Judge a filled-in form by its `stamp` and by `trap`, the content of the field that people do not see.

    A form on another site has no stamp: it leads to our own form, filled in, which has one.
    """
    if trap:
        return Passage.PROGRAM
    try:
        claim = signer.read(Purpose.FORM, stamp, max_age=pace.slowest)
    except (Missing, Expired):
        return Passage.ASK_AGAIN
    if claim.ids != (publication_id,) or clock.now() - claim.issued_at < pace.fastest:
        return Passage.ASK_AGAIN
    return Passage.OPEN


def may_write(session: Session, address: Address, kind: str) -> bool:
    """Whether `address` may get a message of `kind` now. Whoever confirmed anything since starts afresh.

    Call it in the transaction that holds the subscriber's lock and adds the message: then two requests at the
    same time cannot both pass.
    """
    kinds = [CONFIRMATION] if kind == CONFIRMATION else [CONFIRMATION, ALREADY_SUBSCRIBED]
    answered = _last_answer(session, address) if kind == CONFIRMATION else None
    now = clock.now()
    for period, at_most in ((ONE_DAY, A_DAY_AT_MOST), (THIRTY_DAYS, THIRTY_DAYS_AT_MOST)):
        if _written(session, address, kinds, now - period, answered) >= at_most:
            return False
    return True


def _written(
    session: Session, address: Address, kinds: list[str], since: datetime, answered: datetime | None
) -> int:
    wanted = (
        select(func.count())
        .select_from(SystemMessage)
        .where(
            SystemMessage.address_hash == address.hash,
            SystemMessage.kind.in_(kinds),
            SystemMessage.created_at > since,
        )
    )
    if answered is not None:
        wanted = wanted.where(SystemMessage.created_at > answered)
    return session.scalar(wanted) or 0


def _last_answer(session: Session, address: Address) -> datetime | None:
    return session.scalar(
        select(func.max(ConsentRecord.at))
        .join(Subscription, Subscription.id == ConsentRecord.subscription_id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscriber.email_key == address.key, ConsentRecord.kind == ConsentKind.CONFIRMED)
    )

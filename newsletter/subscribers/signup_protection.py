"""Protection of sign-ups against bots and against flooding a stranger's mailbox ("subscription bombing").

Anybody can type anybody's address, in the form, in an embedded form or in the API. Hence:

- whoever fills in the hidden field (the honeypot) is a bot; a form that comes back in under two seconds, or
  after twelve hours, is shown once more;
- a mailbox that has not confirmed gets at most one message in 24 hours and three in 30 days, those that
  never left not counted; `ana+one@` and `ana+two@` are one mailbox, as are Gmail's dots. What asks whether
  somebody's new address is theirs counts as what asks to confirm a subscription does;
- rate limits for each IP address and each email domain are in `newsletter.web`.

The answer is the same for everybody: a bot learns nothing, and nobody learns who reads what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import Address
from newsletter.core.db import lock_name
from newsletter.core.errors import Missing
from newsletter.core.tokens import Expired, Purpose, Signer
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.subscribers.models import AddressChange, ConsentKind, ConsentRecord

CONFIRMATION = "confirmation"
REMINDER = "confirmation_reminder"
ALREADY_SUBSCRIBED = "already_subscribed"
ADDRESS_CHANGE = "address_change"
ASKING_TO_CONFIRM = (CONFIRMATION, REMINDER)
ASKING = (*ASKING_TO_CONFIRM, ADDRESS_CHANGE)

ONE_DAY = timedelta(hours=24)
THIRTY_DAYS = timedelta(days=30)
MOST_IN_ONE_DAY = 1
MOST_IN_THIRTY_DAYS = 3


class FormVerdict(StrEnum):
    """What to do with a submitted form."""

    ACCEPTED = "accepted"
    BOT = "bot"  # do nothing, and answer as if it were accepted
    ASK_AGAIN = "ask_again"  # show it again as it was filled in


@dataclass(frozen=True)
class FillTime:
    """How long a person takes to fill in a form: from two seconds to twelve hours."""

    fastest: timedelta = timedelta(seconds=2)
    slowest: timedelta = timedelta(hours=12)


def sign_form_time(signer: Signer, publication_id: int) -> str:
    """A signed token of the time at which a form is shown, for a hidden field of it."""
    return signer.sign(Purpose.FORM, publication_id)


def check_form(
    signer: Signer, *, shown_at: str, publication_id: int, honeypot: str, fill_time: FillTime = FillTime()
) -> FormVerdict:
    """Judge a submitted form by `shown_at` (of `sign_form_time`) and by the content of the hidden field.

    A form on another site has no `shown_at`: its visitors get our own form, filled in, which has one.
    """
    if honeypot:
        return FormVerdict.BOT
    try:
        claim = signer.read(Purpose.FORM, shown_at, max_age=fill_time.slowest)
    except (Missing, Expired):
        return FormVerdict.ASK_AGAIN
    if claim.ids != (publication_id,) or clock.now() - claim.issued_at < fill_time.fastest:
        return FormVerdict.ASK_AGAIN
    return FormVerdict.ACCEPTED


def within_message_limit(session: Session, address: Address, kind: str) -> bool:
    """Whether the mailbox of `address` may get a message of `kind` now.

    Messages that ask count from the last one answered; messages that failed for good are not counted: they
    never left.

    Call it in the transaction that adds the message: of two requests for one mailbox at the same time the
    second waits for the first.
    """
    lock_name(session, address.mailbox_hash)
    kinds = list(ASKING) if kind in ASKING_TO_CONFIRM else [*ASKING, ALREADY_SUBSCRIBED]
    answered_at = _last_answered_at(session, address) if kind in ASKING else None
    now = clock.now()
    for period, at_most in ((ONE_DAY, MOST_IN_ONE_DAY), (THIRTY_DAYS, MOST_IN_THIRTY_DAYS)):
        if _count_messages(session, address, kinds, now - period, answered_at) >= at_most:
            return False
    return True


def _count_messages(
    session: Session, address: Address, kinds: list[str], since: datetime, answered_at: datetime | None
) -> int:
    wanted = (
        select(func.count())
        .select_from(SystemMessage)
        .where(
            SystemMessage.mailbox_hash == address.mailbox_hash,
            SystemMessage.kind.in_(kinds),
            SystemMessage.state != MessageState.FAILED,
            SystemMessage.created_at > since,
        )
    )
    if answered_at is not None:
        wanted = wanted.where(SystemMessage.created_at > answered_at)
    return session.scalar(wanted) or 0


def _last_answered_at(session: Session, address: Address) -> datetime | None:
    """When somebody with this mailbox pressed the button in one of the messages that are counted."""
    facts = session.scalars(
        select(SystemMessage.facts).where(
            SystemMessage.mailbox_hash == address.mailbox_hash,
            SystemMessage.kind.in_(ASKING),
            SystemMessage.created_at > clock.now() - THIRTY_DAYS,
        )
    ).all()
    confirmed_at = session.scalar(
        select(func.max(ConsentRecord.at)).where(
            ConsentRecord.subscription_id.in_(_named(facts, "subscription_id")),
            ConsentRecord.kind == ConsentKind.CONFIRMED,
        )
    )
    changed_at = session.scalar(
        select(func.max(AddressChange.changed_at)).where(AddressChange.id.in_(_named(facts, "change_id")))
    )
    return max(filter(None, (confirmed_at, changed_at)), default=None)


def _named(facts: Sequence[dict[str, Any]], name: str) -> set[int]:
    return {each[name] for each in facts if name in each}

"""Write down how the sending of a claimed message ended.

Each function does nothing, and returns False, when the claim ran out meanwhile: then the message belongs to
another worker. The caller commits.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.outbox.claim import Claim
from newsletter.outbox.models import MessageState, SystemMessage

# The wait after the first refusal for the time being, the second, …; the last one repeats. Greylisting is
# over after a minute or five; whatever lasts an hour needs somebody.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
RELAY_PAUSE = timedelta(minutes=1)
LONGEST_ERROR = 500  # characters


def sent(session: Session, claim: Claim) -> bool:
    """The relay has it."""
    return _settle(session, claim, state=MessageState.SENT, sent_at=clock.now())


def try_later(session: Session, claim: Claim, error: str) -> bool:
    """This message was refused for the time being, or the answer never came: wait, each time longer."""
    wait = BACK_OFF[min(claim.attempt, len(BACK_OFF)) - 1]
    return _wait(session, claim, clock.now() + wait, error)


def give_back(session: Session, claim: Claim, error: str) -> bool:
    """The relay takes nothing at all: that says nothing about this message, so the attempt does not count."""
    return _wait(session, claim, clock.now() + RELAY_PAUSE, error, attempts=SystemMessage.attempts - 1)


def failed(session: Session, claim: Claim, error: str) -> bool:
    """It will never arrive, or no longer helps."""
    return _settle(session, claim, state=MessageState.FAILED, error=error)


def _wait(session: Session, claim: Claim, until: datetime, error: str, **values: Any) -> bool:
    return _settle(session, claim, state=MessageState.WAITING, next_at=until, error=error, **values)


def _settle(session: Session, claim: Claim, *, error: str = "", **values: Any) -> bool:
    # Replies repeat the address they are about: nothing of an erased person comes back with one.
    kept = case((SystemMessage.recipient == "", ""), else_=error[:LONGEST_ERROR])
    settled = session.scalar(
        update(SystemMessage)
        .where(
            SystemMessage.id == claim.message_id,
            SystemMessage.state == MessageState.SENDING,
            SystemMessage.attempts == claim.attempt,
        )
        .values(error=kept, **values)
        .returning(SystemMessage.id)
        .execution_options(synchronize_session=False)
    )
    return settled is not None

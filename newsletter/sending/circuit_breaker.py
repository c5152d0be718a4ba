"""The circuit breaker: a mailing that is refused too often pauses itself, before it costs the sender's
reputation."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing, MailingCount, Outcome
from newsletter.sending.control import auto_pause

# Large receivers and relays warn at a few per cent of refused addresses and block not far above; a list that
# is merely old stays below. Small numbers say nothing.
SHARE = 0.10
FEWEST = 50


def pause_if_refused(session: Session, mailing: Mailing) -> bool:
    """Pause the mailing if too many of its messages were rejected; whether that was done.

    Never again once somebody resumed it: they have seen the refusals. The caller holds its lock and commits.
    """
    if mailing.refusals_seen:
        return False
    session.flush()
    rows = session.execute(
        select(MailingCount.outcome, func.sum(MailingCount.n))
        .where(
            MailingCount.mailing_id == mailing.id,
            MailingCount.outcome.in_([Outcome.SENT, Outcome.REJECTED]),
        )
        .group_by(MailingCount.outcome)
    ).all()
    totals = {outcome: int(n) for outcome, n in rows}
    rejected, sent = totals.get(Outcome.REJECTED, 0), totals.get(Outcome.SENT, 0)
    if rejected < FEWEST or rejected < SHARE * (rejected + sent):
        return False
    share = round(100 * rejected / (rejected + sent))
    auto_pause(
        session,
        mailing,
        f"{rejected:,} of {rejected + sent:,} messages ({share} %) were refused. "
        "Check the errors by code, then resume or cancel.",
    )
    return True

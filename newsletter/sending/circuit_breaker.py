"""The circuit breaker: a mailing that is refused, bounces or is reported as spam too often pauses itself,
before it costs the sender's reputation."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing, MailingCount, Outcome
from newsletter.publications.models import Publication
from newsletter.sending.control import auto_pause

# How much is too much is a publication's setting, in per cent of the messages that were answered. Small
# numbers say nothing.
FEWEST = 50
FEWEST_COMPLAINTS = 5


def pause_if_refused(session: Session, mailing: Mailing) -> bool:
    """Pause the mailing if too many of its messages were rejected; whether that was done.

    Never again once somebody resumed it: they have seen the refusals. The caller holds its lock and commits.
    """
    if mailing.refusals_seen:
        return False
    rejected, answered = count_answered(session, mailing.id)
    if not is_too_much(rejected, answered, _publication(session, mailing).bounce_limit, FEWEST):
        return False
    why = f"{rejected:,} of {answered:,} messages ({_share(rejected, answered)} %) were refused."
    auto_pause(session, mailing, f"{why} Check the errors by code, then resume or cancel.")
    return True


def pause_if_it_comes_back(session: Session, mailing: Mailing, bounced: int, complaints: int) -> bool:
    """The same for what came back after it was accepted: so many deliveries, and so many complaints."""
    if mailing.refusals_seen:
        return False
    publication = _publication(session, mailing)
    rejected, answered = count_answered(session, mailing.id)
    if is_too_much(complaints, answered, publication.complaint_limit, FEWEST_COMPLAINTS):
        n, what = complaints, "were reported as spam"
    elif is_too_much(rejected + bounced, answered, publication.bounce_limit, FEWEST):
        n, what = rejected + bounced, "bounced"
    else:
        return False
    why = f"{n:,} of {answered:,} messages ({_share(n, answered)} %) {what}."
    auto_pause(session, mailing, f"{why} Check the bounces and complaints, then resume or cancel.")
    return True


def count_answered(session: Session, mailing_id: int) -> tuple[int, int]:
    """How many messages of the mailing were rejected, and how many were sent or rejected."""
    session.flush()
    rows = session.execute(
        select(MailingCount.outcome, func.sum(MailingCount.n))
        .where(
            MailingCount.mailing_id == mailing_id,
            MailingCount.outcome.in_([Outcome.SENT, Outcome.REJECTED]),
        )
        .group_by(MailingCount.outcome)
    ).all()
    totals = {outcome: int(n) for outcome, n in rows}
    rejected = totals.get(Outcome.REJECTED, 0)
    return rejected, rejected + totals.get(Outcome.SENT, 0)


def is_too_much(n: int, of: int, limit: float, fewest: int) -> bool:
    """Whether `n` of `of` reach `limit` per cent, and are enough to say something."""
    return n >= fewest and 100 * n >= limit * of


def _publication(session: Session, mailing: Mailing) -> Publication:
    return session.get_one(Publication, mailing.publication_id)


def _share(n: int, of: int) -> str:
    """In per cent, as far as it matters: 12, 0.35."""
    return f"{100 * n / of:.2g}" if n < of else "100"

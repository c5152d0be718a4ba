"""Count what was refused on arrival: forged, unsigned, or not readable."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.feedback.models import RefusedFeedback


def count_refused(session: Session, source: str, why: str) -> None:
    """One more from `source` today, for the reason with the code `why`. The caller commits."""
    day = clock.now().date()
    one_more = (
        update(RefusedFeedback)
        .where(RefusedFeedback.day == day, RefusedFeedback.source == source, RefusedFeedback.why == why[:32])
        .values(n=RefusedFeedback.n + 1)
        .returning(RefusedFeedback.n)
    )
    if session.execute(one_more).first() is not None:
        return
    try:
        with session.begin_nested():
            session.add(RefusedFeedback(day=day, source=source, why=why[:32], n=1))
    except IntegrityError:  # another request began the day
        session.execute(one_more)

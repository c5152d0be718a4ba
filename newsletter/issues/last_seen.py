"""What somebody saw of an issue last, so that they can be shown what has changed since.

The page of the editor gives a sign every few seconds, with the state that it shows. A visit ends half an hour
after the last sign; the next one begins with what that one ended with, and keeps it, so that opening an issue
does not make everything in it seen.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.ids import LARGEST_ID
from newsletter.issues.models import AUTHOR_LENGTH, Issue, LastSeen, Revision

VISIT = timedelta(minutes=30)  # without a sign, until a visit is over
NOTED_EVERY = timedelta(minutes=5)  # that a visit goes on

_STATE = re.compile(r"([0-9]{1,10})\.([0-9]{1,10})")


def note_seen(session: Session, issue: Issue, state: str, actor: str, *, read: bool = False) -> None:
    """Note that `actor` sees `state`, such as `17.3`; what is no state, or an older one, changes nothing.

    `read`: they have read what changed, so that nothing before this state is new to them.
    """
    number_and_edits = _existing_state(session, issue, state)
    if number_and_edits is None:
        return
    now, actor = clock.now(), actor[:AUTHOR_LENGTH]
    seen = session.get(LastSeen, (issue.id, actor), populate_existing=True)
    if seen is None:
        seen = _begin(session, issue, number_and_edits, actor)
    elif now - seen.seen_at > VISIT:
        seen.before_number, seen.before_edits = seen.number, seen.edits
    seen.number, seen.edits = max((seen.number, seen.edits), number_and_edits)
    if read:
        seen.before_number, seen.before_edits = seen.number, seen.edits
    if session.is_modified(seen) or now - seen.seen_at > NOTED_EVERY:
        seen.seen_at = now
    session.flush()


def seen_by_others(session: Session, revision: Revision, actor: str) -> bool:
    """Whether somebody but `actor` saw the revision last just as it is now."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    LastSeen.issue_id == revision.issue_id,
                    LastSeen.number == revision.number,
                    LastSeen.edits == revision.edits,
                    LastSeen.actor != actor,
                )
            )
        )
    )


def last_seen_revision(session: Session, issue: Issue, actor: str) -> int | None:
    """The number of the revision that `actor` saw before this visit; None when they never saw the issue.

    What they saved themselves right after it is not new to them. A revision that was amended after they saw
    it counts as not seen, which is rare: see `issues.edit`.
    """
    seen = session.get(LastSeen, (issue.id, actor[:AUTHOR_LENGTH]), populate_existing=True)
    if seen is None:
        return None
    number, edits = _before_this_visit(seen, clock.now())
    later = session.execute(
        select(Revision.number, Revision.edits, Revision.author)
        .where(Revision.issue_id == issue.id, Revision.number >= number)
        .order_by(Revision.number)
    )
    known = number
    for revision, its_edits, author in later:
        if author != seen.actor and (revision, its_edits) != (number, edits):
            return known if revision > number else max(1, number - 1)
        known = revision
    return known


def _before_this_visit(seen: LastSeen, now: datetime) -> tuple[int, int]:
    is_here = now - seen.seen_at <= VISIT
    if is_here and seen.before_number is not None and seen.before_edits is not None:
        return seen.before_number, seen.before_edits
    return seen.number, seen.edits


def _existing_state(session: Session, issue: Issue, state: str) -> tuple[int, int] | None:
    match = _STATE.fullmatch(state)
    if match is None:
        return None
    number, edits = int(match[1]), int(match[2])
    if number > min(issue.latest_revision, LARGEST_ID):
        return None
    known = session.scalar(
        select(Revision.edits).where(Revision.issue_id == issue.id, Revision.number == number)
    )
    return (number, edits) if known is not None and edits <= known else None


def _begin(session: Session, issue: Issue, state: tuple[int, int], actor: str) -> LastSeen:
    """The row of a first visit; of two that begin at once, the first."""
    try:
        with session.begin_nested():
            seen = LastSeen(issue_id=issue.id, actor=actor, number=state[0], edits=state[1])
            session.add(seen)
    except IntegrityError:
        return session.get_one(LastSeen, (issue.id, actor), populate_existing=True)
    return seen

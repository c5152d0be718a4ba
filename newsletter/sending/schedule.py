"""Schedule an issue: lock its revision and make its one mailing. Pressing Send again answers the same one."""

from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.core.links import Links
from newsletter.issues.edit import lock_issue
from newsletter.issues.load import find_revision
from newsletter.issues.lock import lock_revision
from newsletter.issues.models import Issue
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import Mailing, MailingState
from newsletter.preflight.require import require_sendable
from newsletter.segments.find import lock_usable
from newsletter.segments.models import Segment
from newsletter.sending.schedule_time import Moment


def schedule(
    session: Session,
    issue: Issue,
    when: Moment | None,
    links: Links,
    *,
    segment: Segment | None = None,
    actor: str,
) -> Mailing:
    """The mailing of an issue: the one there is, or a new one for `when` (None: now).

    It goes to all readers, or to those in `segment`, which is asked when the mailing is due. The newest
    revision is locked. Raises `Refused` with everything that preflight finds blocking, and for a segment
    whose rules cannot be used; `Conflict` for a correction mail while what it corrects is still being sent.
    However many people press at once, they come in one by one: the first makes the mailing, and all get it.
    """
    # Nobody types between preflight and the lock, nor schedules: whoever waited for it finds the mailing.
    lock_issue(session, issue.id)
    existing = current_mailing(session, issue.id)
    if existing is not None:
        return existing
    _require_that_sending_is_over(session, issue.corrects_issue_id)
    revision = find_revision(session, issue)
    require_sendable(session, revision, issue.publication, links)
    if segment is not None:
        segment = lock_usable(session, segment)
    moment = when or Moment(clock.now(), issue.publication.timezone)
    mailing = Mailing(
        publication_id=issue.publication_id,
        issue_id=issue.id,
        revision_id=revision.id,
        scheduled_at=moment.at,
        zone=moment.zone,
        segment_id=None if segment is None else segment.id,
    )
    session.add(mailing)
    session.flush()
    lock_revision(session, revision)
    audit.record(session, "mailing.scheduled", "mailing", mailing.id, actor=actor, at=moment.at.isoformat())
    jobs.freeze_mailing.enqueue(session, mailing_id=mailing.id)
    return mailing


def _require_that_sending_is_over(session: Session, corrected_issue_id: int | None) -> None:
    """Raise `Conflict` while the issue that a correction mail is about still goes out."""
    if corrected_issue_id is None:
        return
    mailing = current_mailing(session, corrected_issue_id)
    if mailing is not None and mailing.state is not MailingState.FINISHED:
        raise Conflict(
            "still_sending",
            "The issue that this corrects is still being sent. Wait until its mailing is finished, or cancel "
            "that.",
        )

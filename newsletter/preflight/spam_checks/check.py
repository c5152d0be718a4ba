"""Show the message of the next draft that is due to SpamAssassin."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.queue import broker
from newsletter.issues.compile import compile_issue
from newsletter.issues.example import example_values
from newsletter.issues.models import Issue, Revision
from newsletter.preflight.spam_checks.find import digest_of
from newsletter.preflight.spam_checks.models import SpamCheck
from newsletter.preflight.spam_checks.spamd import SpamScore, ask_spamd

# Its message says the day, so that it is another one tomorrow.
EVERY = timedelta(hours=20)
AGAIN = timedelta(minutes=10)  # after it did not answer
LEASE = timedelta(minutes=3)
# Somebody is still typing before that, and drafts that nobody has touched for long are left alone.
AT_REST = timedelta(seconds=30)
DRAFTS_FOR = timedelta(days=14)


@dataclass(frozen=True)
class SpamContext:
    """What drafts are checked with; `url` is that of a spamd."""

    sessions: sessionmaker[Session]
    links: Links
    url: str


def check_spam(context: SpamContext) -> bool:
    """Check one draft that is due; whether there was one. No transaction is open meanwhile."""
    with context.sessions() as session:
        try:
            revision = _claim(session)
            session.commit()
        except IntegrityError:  # another worker was as quick
            session.rollback()
            return True
        if revision is None:
            return False
        revision_id = revision.id
        shown = _message(session, revision, context.links)
        session.rollback()
    answer = _ask(context.url, shown[1]) if shown else None
    with context.sessions() as session:
        check = session.get(SpamCheck, revision_id)
        if check is not None and shown and answer:
            check.digest, check.score, check.tests = shown[0], answer.score, ",".join(answer.tests)
        if check is not None:
            check.due_at = clock.now() + (EVERY if answer else AGAIN)
        session.commit()
    return True


def publish_spam_jobs(sessions: sessionmaker[Session]) -> None:
    """Publish a job while a draft is due, unless one waits already; the periodic worker calls it."""
    with reading(), sessions() as session:
        due = session.scalars(_due().limit(1)).first() is not None
    if due and broker.waiting(jobs.check_spam.queue) == 0:
        jobs.check_spam.publish()


def _due() -> Select[Revision]:
    now = clock.now()
    return (
        select(Revision)
        .join(Issue, Issue.id == Revision.issue_id)
        .outerjoin(SpamCheck, SpamCheck.revision_id == Revision.id)
        .where(
            Issue.published_revision.is_(None),
            Revision.number == Issue.latest_revision,
            Revision.saved_at <= now - AT_REST,
            Revision.saved_at > now - DRAFTS_FOR,
            or_(
                SpamCheck.revision_id.is_(None),
                SpamCheck.edits != Revision.edits,
                SpamCheck.due_at <= now,
            ),
        )
        .order_by(Revision.id.desc())
    )


def _claim(session: Session) -> Revision | None:
    revision = session.scalars(_due().limit(1)).first()
    if revision is None:
        return None
    check = session.get(SpamCheck, revision.id, with_for_update=True)
    if check is None:
        check = SpamCheck(revision_id=revision.id)
        session.add(check)
    check.edits, check.due_at = revision.edits, clock.now() + LEASE
    session.flush()
    return revision


def _message(session: Session, revision: Revision, links: Links) -> tuple[str, bytes] | None:
    """The digest of the message, and the copy of an example reader; None for what cannot be rendered."""
    publication = session.get_one(Issue, revision.issue_id).publication
    try:
        compiled = compile_issue(session, revision, publication, links)
    except DomainError:
        return None
    return digest_of(compiled), compiled.fill(example_values(publication, links))


def _ask(url: str, message: bytes) -> SpamScore | None:
    try:
        return ask_spamd(url, message)
    except DomainError:
        return None

"""Ask the DNS about the next sender's domain that is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.queue import broker
from newsletter.dns_records.ask import Lookup
from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.examine import examine_sender
from newsletter.preflight.sender_checks.identity import OurMail, mail_identity
from newsletter.preflight.sender_checks.key_records import (
    keep_records_seen,
    look_for_records,
    records_of_keys,
)
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.notify import tell_owners
from newsletter.preflight.sender_checks.report import SenderReport, report_from_json
from newsletter.preflight.sender_checks.vanished import are_back, still_vanished
from newsletter.publications.models import Publication

EVERY = timedelta(hours=6)
AGAIN = timedelta(minutes=30)  # after the DNS did not answer
LEASE = timedelta(minutes=3)
# Names that documents and demos use (RFC 2606): nobody can have records there.
_EXAMPLES = (".example", ".test", ".invalid", ".localhost", ".example.com", ".example.net", ".example.org")


@dataclass(frozen=True)
class SenderContext:
    """What senders are checked with."""

    sessions: sessionmaker[Session]
    lookup: Lookup
    ours: OurMail


def check_sender(context: SenderContext) -> bool:
    """Check one domain that is due; whether there was one. No transaction is open meanwhile."""
    with context.sessions() as session:
        try:
            domain = _claim(session)
            identity = mail_identity(session, domain, context.ours) if domain else None
            keys = records_of_keys(session, domain, context.ours.secrets) if domain else []
            session.commit()
        except IntegrityError:  # another worker was as quick
            session.rollback()
            return True
    if identity is None:
        return False
    report = examine_sender(identity, context.lookup)
    key_problems = look_for_records(keys, context.lookup)
    with context.sessions() as session:
        check = session.get_one(SenderCheck, domain, with_for_update=True)
        now = clock.now()
        keep_records_seen(session, key_problems)
        if report.is_complete:
            check.checked_at, check.due_at = now, now + EVERY
            _write_down(session, check, report)
        else:  # the DNS did not answer: what was known before stays known
            check.due_at = now + AGAIN
        session.commit()
    return True


def _write_down(session: Session, check: SenderCheck, report: SenderReport) -> None:
    before = report_from_json(check.report) if check.report else None
    if before and before.records != report.records:
        check.self_test = {}  # it was of other records
    known = [(kind, name) for kind, name in check.vanished]
    check.vanished = still_vanished(known, before, report)
    new = [record for record in check.vanished if record not in known]
    tell_owners(session, check.domain, "record_vanished", new)
    tell_owners(session, check.domain, "record_restored", are_back(known, check.vanished, report))
    check.report, check.problems = report.as_json(), report.problems


def can_be_checked(domain: str) -> bool:
    """Whether the DNS may know `domain`: examples and names without a dot are never asked about."""
    return "." in domain and not f".{domain}".endswith(_EXAMPLES)


def check_soon(session: Session, domain: str) -> None:
    """Have the next worker check `domain`, unless one has it just now."""
    check = session.get(SenderCheck, domain, with_for_update=True)
    if check is not None and check.due_at > clock.now() + LEASE:
        check.due_at = clock.now()
    if can_be_checked(domain):
        jobs.check_sender.enqueue(session)


def forget_self_test(session: Session, domain: str) -> None:
    """What a receiver said of `domain` no longer holds, because mail leaves it otherwise; look again soon."""
    check = session.get(SenderCheck, domain)
    if check is not None:
        check.self_test = {}
    check_soon(session, domain)


def publish_sender_jobs(sessions: sessionmaker[Session]) -> None:
    """Publish a job while a sender is due, unless one waits already; the periodic worker calls it."""
    with reading(), sessions() as session:
        due = _first_due(session)
    if due and broker.waiting(jobs.check_sender.queue) == 0:
        jobs.check_sender.publish()


def _claim(session: Session) -> str:
    """A domain that is due, which nobody else takes for a while; empty when there is none."""
    domain = _first_due(session)
    if domain:
        check = session.get(SenderCheck, domain, with_for_update=True)
        if check is None:
            check = SenderCheck(domain=domain, problems=[], report={}, self_test={}, vanished=[])
            session.add(check)
        check.due_at = clock.now() + LEASE
        session.flush()
    return domain


def _first_due(session: Session) -> str:
    domains = sorted(set(_domains(session.scalars(select(Publication)))))
    if not domains:
        return ""
    waiting = session.scalars(
        select(SenderCheck.domain).where(SenderCheck.domain.in_(domains), SenderCheck.due_at > clock.now())
    ).all()
    return next((domain for domain in domains if domain not in waiting), "")


def _domains(publications: Iterable[Publication]) -> Iterable[str]:
    for publication in publications:
        domain = sender_domain(publication)
        if can_be_checked(domain):
            yield domain

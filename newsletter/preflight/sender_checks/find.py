"""What the last check of a publication's sender found."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.report import SenderReport, report_from_json
from newsletter.preflight.sender_checks.self_test import SelfTest, self_test_from_json
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class CheckedReport:
    """A report, when it was made, and the self-test since its records are as they are."""

    report: SenderReport
    checked_at: datetime
    self_test: SelfTest | None


def sender_problems(session: Session, publication: Publication) -> tuple[str, ...]:
    """A sentence for each problem; none while nothing is known of it."""
    domain = sender_domain(publication)
    check = session.get(SenderCheck, domain) if domain else None
    return tuple(check.problems) if check and check.checked_at else ()


def sender_report(session: Session, domain: str) -> CheckedReport | None:
    """The report about `domain`; None while the DNS was not asked, or has not answered."""
    check = session.get(SenderCheck, domain) if domain else None
    if check is None or check.checked_at is None or not check.report:
        return None
    return CheckedReport(
        report_from_json(check.report), check.checked_at, self_test_from_json(check.self_test)
    )

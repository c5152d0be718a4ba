"""Waivers: a warning may stay, because somebody looked at it and said why."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.preflight.finding import Finding, Waived
from newsletter.preflight.models import Waiver


def standing_waivers(session: Session, issue_id: int) -> Sequence[Waiver]:
    """Every waiver of an issue that nobody has undone, oldest first, those of texts that were edited too."""
    return session.scalars(
        select(Waiver).where(Waiver.issue_id == issue_id, Waiver.undone_at.is_(None)).order_by(Waiver.id)
    ).all()


def with_waivers(findings: list[Finding], waivers: Sequence[Waiver]) -> list[Finding]:
    """`findings` with the waivers that hold for them; only warnings have some."""
    by_key = {waiver.place_key: waiver for waiver in waivers}
    return [
        replace(finding, waived=_waived(by_key[finding.key]))
        if finding.waivable and finding.key in by_key
        else finding
        for finding in findings
    ]


def void_waivers(session: Session, issue: Issue, findings: list[Finding]) -> list[Waiver]:
    """The waivers that no longer apply, because their place was edited or the finding is another now."""
    holding = {finding.waived.id for finding in findings if finding.waived}
    return [waiver for waiver in standing_waivers(session, issue.id) if waiver.id not in holding]


def _waived(waiver: Waiver) -> Waived:
    return Waived(waiver.id, waiver.waived_by, waiver.at, waiver.reason)

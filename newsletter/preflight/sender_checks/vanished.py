"""Records that receivers recognise a sender by, which the DNS had and has no more."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.report import DnsFinding, FindingKind, FindingState, SenderReport
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class VanishedRecord:
    """One that is gone, of the sender of the publication `slug`."""

    slug: str
    kind: FindingKind
    name: str


def still_vanished(
    known: Iterable[tuple[str, str]], before: SenderReport | None, after: SenderReport
) -> list[tuple[str, str]]:
    """Kind and name of what is gone: what was gone already (`known`) or was found before, and is missed now.

    A key that no longer signs is not missed.
    """
    earlier = before.findings if before else ()
    had = {(finding.kind.value, finding.name) for finding in earlier if finding.found}
    missed = [finding for finding in after.findings if _is_missed(finding)]
    return sorted(
        (kind, name)
        for kind, name in had | set(known)
        # A DMARC record may have stood at a domain above, where nobody asks for one to be.
        if any(finding.kind == kind and (kind == "dmarc" or finding.name == name) for finding in missed)
    )


def are_back(
    known: Iterable[tuple[str, str]], vanished: Iterable[tuple[str, str]], after: SenderReport
) -> list[tuple[str, str]]:
    """Those of `known` that the DNS has again: not those that are only no longer missed."""
    there = [finding for finding in after.findings if finding.found]
    return sorted(
        (kind, name)
        for kind, name in set(known) - set(vanished)
        if any(finding.kind == kind and (kind == "dmarc" or finding.name == name) for finding in there)
    )


def vanished_records(session: Session) -> list[VanishedRecord]:
    """Those of all publications, for Home."""
    vanished = {check.domain: check.vanished for check in session.scalars(select(SenderCheck))}
    if not any(vanished.values()):
        return []
    return [
        VanishedRecord(publication.slug, FindingKind(kind), name)
        for publication in session.scalars(select(Publication).order_by(Publication.id))
        for kind, name in vanished.get(sender_domain(publication), ())
    ]


def _is_missed(finding: DnsFinding) -> bool:
    kinds = (FindingKind.SPF, FindingKind.DKIM, FindingKind.DMARC)
    return finding.kind in kinds and finding.state is FindingState.PROBLEM and not finding.found

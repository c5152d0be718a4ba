"""What scheduling requires: nothing that blocks is ever sent."""

from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.issues.models import Revision
from newsletter.preflight.check import check
from newsletter.preflight.finding import Finding, Level
from newsletter.publications.models import Publication


def require_sendable(
    session: Session, revision: Revision, publication: Publication, links: Links
) -> list[Finding]:
    """The warnings about `revision`; `Refused` with every blocking finding when there is one.

    The error's fields map the place in the document, or the rule where there is none, to what is wrong.
    """
    findings = check(session, revision, publication, links)
    blocked = [finding for finding in findings if finding.level is Level.BLOCKING]
    if blocked:
        fields: dict[str, str] = {}
        for finding in blocked:
            place = finding.path or finding.rule
            fields[place] = f"{fields[place]} {finding.message}" if place in fields else finding.message
        more = f" And {len(blocked) - 1} more." if len(blocked) > 1 else ""
        raise Refused("preflight", f"The issue cannot be sent yet: {blocked[0].message}{more}", fields)
    return findings

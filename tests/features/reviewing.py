"""Two versions of a publication's rules, and a warning of a draft that somebody waived."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.preflight.rule_versions import save_rules
from newsletter.preflight.waive import waive
from newsletter.publications.models import Publication


def choose_rules(session: Session, publication: Publication, actor: str) -> None:
    for word in ("e-mail: email", "web site: website"):
        save_rules(session, publication, f"words:\n  {word}\n", actor=actor)


def waive_test(session: Session, issue_id: int, links: Links, actor: str) -> int:
    """The id of the waiver of what is said about test messages."""
    [waiver] = waive(session, issue_id, "tested", "", reason="Seen on paper.", links=links, actor=actor)
    return waiver.id

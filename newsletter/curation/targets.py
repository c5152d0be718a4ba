"""The places that an entry can be put into: sections of drafts that hold stories."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.document.blocks import BLOCKS
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.section import Section
from newsletter.issues.listing import Stage, list_issues
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication

MOST_DRAFTS = 8


@dataclass(frozen=True)
class Target:
    """A draft and its sections that hold stories, as (id, title)."""

    issue: Issue
    sections: tuple[tuple[str, str], ...]


def list_targets(session: Session, publication: Publication) -> list[Target]:
    """The newest drafts with sections that hold stories, newest first."""
    drafts = list_issues(session, publication, stage=Stage.DRAFT, size=MOST_DRAFTS).rows
    targets = [Target(row.issue, _sections(session, row.issue)) for row in drafts]
    return [target for target in targets if target.sections]


def _sections(session: Session, issue: Issue) -> tuple[tuple[str, str], ...]:
    document = load_document(find_revision(session, issue))
    return tuple(
        (section.id, section.title or BLOCKS[section.type].label)
        for section in document.sections
        if _has_room(section)
    )


def _has_room(section: Section) -> bool:
    if isinstance(section, FeatureSection):
        return not section.headline and not section.url
    return isinstance(section, LinksSection | LatestSection)

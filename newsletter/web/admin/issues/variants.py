"""The variants of an issue, as the page that sends it shows them: who gets which sections."""

from dataclasses import dataclass

from flask import url_for

from newsletter.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.section import Section
from newsletter.document.visibility import Visibility
from newsletter.issues.models import Issue
from newsletter.rendering.variant import numbered_variant, sections_of
from newsletter.web.admin.words.document import block_label


@dataclass(frozen=True)
class VariantRow:
    """How many readers get it, and which of the sections for some readers it has."""

    readers: int
    sections: list[str]
    preview: str


def variant_rows(issue: Issue, document: Document, variants: dict[int, int]) -> list[VariantRow]:
    """A row for each number in `variants`, which says how many readers have it."""
    return [
        VariantRow(
            readers,
            [
                _name(section)
                for section in sections_of(document, numbered_variant(document, number))
                if _is_limited(section)
            ],
            url_for("admin_issues.preview", issue_id=issue.id, sees=number),
        )
        for number, readers in variants.items()
    ]


def _name(section: Section) -> str:
    return with_defaults(section.title) or block_label(section.type)


def _is_limited(section: Section) -> bool:
    return section.visibility not in (None, Visibility())

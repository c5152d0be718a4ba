"""The variants of an issue, as the page that sends it shows them: who gets which sections."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from newsletter.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.section import Section
from newsletter.document.visibility import Visibility
from newsletter.issues.models import Issue
from newsletter.rendering.variant import MOST_CONDITIONS, edition_at, numbered_variant, sections_of
from newsletter.web.admin.words.document import block_label
from newsletter.web.admin.words.languages import language_words


@dataclass(frozen=True)
class VariantRow:
    """How many readers get it, which of the sections for some readers it has, and in which language it is."""

    readers: int
    sections: list[str]
    language: str
    preview: str


def variant_rows(issue: Issue, document: Document, variants: dict[int, int]) -> list[VariantRow]:
    """A row for each number in `variants`, which says how many readers have it."""
    own = document.language or issue.publication.language
    return [
        VariantRow(
            readers,
            [
                _name(section)
                for section in sections_of(document, numbered_variant(document, number))
                if _is_limited(section)
            ],
            language_words(edition_at(document, number >> MOST_CONDITIONS) or own),
            url_for("admin_issues.preview", issue_id=issue.id, sees=number),
        )
        for number, readers in variants.items()
    ]


def edition_facts(issue: Issue, document: Document) -> dict[str, Any]:
    """The tags and names of the editions, and the name of the issue's own language."""
    return {
        "editions": [(each.language, language_words(each.language)) for each in document.editions],
        "own_language": language_words(document.language or issue.publication.language),
    }


def _name(section: Section) -> str:
    return with_defaults(section.title) or block_label(section.type)


def _is_limited(section: Section) -> bool:
    return section.visibility not in (None, Visibility())

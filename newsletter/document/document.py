"""The document: everything an issue says."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from newsletter.document.blocks import AnySection
from newsletter.document.edition import MOST_EDITIONS, Edition
from newsletter.document.fields import Language, Line, Model, Slug, Title, refused
from newsletter.document.image import Image
from newsletter.document.merge import with_defaults
from newsletter.document.section import Section
from newsletter.document.slug import ascii_slug, slugify

VERSION = 1


class Document(Model):
    """An issue as a typed document. Values never change: an edit makes a new document.

    A missing slug is made from the title, a missing section id from the section's title or type.
    """

    version: Literal[1] = 1
    """The version of this format."""
    title: Title
    """The name of the issue, on its web page and in lists."""
    subject: Line = ""
    """The subject line; merge fields allowed."""
    preheader: Line = ""
    """The line an email program shows after the subject; merge fields allowed."""
    slug: Annotated[Slug, Field(validate_default=True)] = ""
    """The last part of its web address."""
    language: Language | None = None
    """BCP 47 tag; the publication's language where missing."""
    summary: Line = ""
    """One sentence for the archive, feeds and shared links."""
    og_image: Image | None = None
    """The picture that a shared link shows."""
    sections: Annotated[tuple[AnySection, ...], Field(max_length=100)] = ()
    """The sections in reading order."""
    editions: Annotated[tuple[Edition, ...], Field(max_length=MOST_EDITIONS)] = ()
    """The texts in further languages."""

    @field_validator("slug")
    @classmethod
    def _slug_from_title(cls, value: str, info: ValidationInfo) -> str:
        if value:
            if slugify(value) != value:
                raise refused("Use lower-case letters, digits and dashes.")
            return value
        return slugify(with_defaults(info.data.get("title", ""))) or "issue"

    @field_validator("sections")
    @classmethod
    def _ids_are_unique(cls, sections: tuple[Section, ...]) -> tuple[Section, ...]:
        taken: set[str] = set()
        for index, section in enumerate(sections):
            if section.id and section.id in taken:
                sentence = f"Another section already has the id “{section.id}”."
                context = {"sentence": sentence, "at": f"[{index}].id"}
                raise PydanticCustomError("refused", "{sentence}", context)
            taken.add(section.id)
        return tuple(section if section.id else _with_id(section, taken) for section in sections)

    @field_validator("editions")
    @classmethod
    def _a_language_has_one_edition(
        cls, editions: tuple[Edition, ...], info: ValidationInfo
    ) -> tuple[Edition, ...]:
        taken = {str(info.data.get("language") or "").lower()}
        for index, edition in enumerate(editions):
            if edition.language.lower() in taken:
                sentence = f"The issue is in the language “{edition.language}” already."
                context = {"sentence": sentence, "at": f"[{index}].language"}
                raise PydanticCustomError("refused", "{sentence}", context)
            taken.add(edition.language.lower())
        return editions


def _with_id(section: Section, taken: set[str]) -> Section:
    stem = ascii_slug(with_defaults(section.title), 32) or section.type
    number = 1
    candidate = stem
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}"
    taken.add(candidate)
    return section.model_copy(update={"id": candidate})

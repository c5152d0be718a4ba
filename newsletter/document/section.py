"""What all sections have in common, and what a block declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import StringConstraints

from newsletter.document.fields import Line, Model
from newsletter.document.visibility import Visibility

SectionId = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9-]{0,39})?$")]


class Section(Model):
    """An ordered part of an issue. The `type` of each subclass names its block."""

    type: str
    """The block that renders it."""
    id: SectionId = ""
    """Stable within the document; made from the title where it is missing."""
    title: Line = ""
    """The heading above the section."""
    visibility: Visibility | None = None
    """Who sees it; everyone if missing."""


_FRAME = {
    "type",
    "id",
    "title",
    "visibility",
    "limit",
    "length",
    "cut_at",
    "owner",
    "review_by",
    "video",
    "key",
}


def is_empty(section: Section) -> bool:
    """Whether a section says and shows nothing but its title; a divider always shows its line."""
    return section.type != "divider" and not section.model_dump(exclude=_FRAME, exclude_defaults=True)


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Block(Generic[S]):
    """The code type behind a kind of section: `templates/email/blocks/<key>.html` and `.txt` render it."""

    key: str
    label: str
    model: type[S]
    example: Callable[[], S]

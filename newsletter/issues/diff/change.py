"""The difference of two documents, as values."""

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What happened to a section, an item or a piece of a text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True)
class Piece:
    """A run of a text: in both versions (`SAME`), only in the old (`REMOVED`) or only in the new one."""

    change: Change
    text: str


@dataclass(frozen=True)
class FieldDiff:
    """A field with its old and new value as text; "" where there is none, `true` and `false` for a switch.

    `name` has the names of the objects around it before it, such as `provenance.outlet`.
    """

    name: str
    before: str
    after: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class ItemDiff:
    """An item that is different, by `change`: of one that was moved and edited it is `CHANGED`.

    `title` is its headline or the first words it has, `path` its place, in the new document or, of a removed
    one, in the old document. `moved_from` is the section that it came from, "" when it stayed in its section.
    """

    change: Change
    title: str
    path: str
    moved: bool = False
    moved_from: str = ""
    fields: tuple[FieldDiff, ...] = ()


@dataclass(frozen=True)
class SectionDiff:
    """A section in which anything is different; `change` is `SAME` when only its items are."""

    change: Change
    id: str
    type: str
    title: str
    path: str
    moved: bool = False
    fields: tuple[FieldDiff, ...] = ()
    items: tuple[ItemDiff, ...] = ()


@dataclass(frozen=True)
class DocumentDiff:
    """Everything that is different: fields of the document itself, and its sections in reading order."""

    fields: tuple[FieldDiff, ...] = ()
    sections: tuple[SectionDiff, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both documents say the same."""
        return not self.fields and not self.sections

    def count(self, change: Change) -> int:
        """How many items, and sections themselves, were changed in this way."""
        sections = sum(section.change is change for section in self.sections)
        return sections + sum(item.change is change for section in self.sections for item in section.items)

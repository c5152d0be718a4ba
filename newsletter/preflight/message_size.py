"""How much of an email each section and item takes, CSS inlined."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.document import Document
from newsletter.preflight.rules.item_bytes import part_name
from newsletter.rendering.parts import PartBytes


@dataclass(frozen=True)
class PartSize:
    """One section or item. share: of the whole HTML, from 0 to 1."""

    path: str
    name: str
    octets: int
    share: float

    @property
    def is_item(self) -> bool:
        """Whether it stands in a section, whose octets include it."""
        return "." in self.path


@dataclass(frozen=True)
class MessageSize:
    """The octets of an email's HTML, of its parts, and of the frame around them."""

    octets: int
    frame: int
    parts: tuple[PartSize, ...]


def message_size(octets: int, parts: Sequence[PartBytes], document: Document) -> MessageSize:
    """The parts of HTML of so many octets, with the names that `document` gives them."""
    sections = sum(part.octets for part in parts if part.path == part.section_path)
    named = (
        PartSize(part.path, part_name(document, part.path), part.octets, part.octets / octets)
        for part in parts
    )
    return MessageSize(octets, octets - sections, tuple(named))

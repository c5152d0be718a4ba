"""Which parts of a message are which sections and items of its document, so that they can be measured.

Templates mark them: `<!--section ID-->` stands before a section, `<!--section-->` after the last, and
`data-item="ID/3"` is on each element of an item. Nothing of it is left in a message.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from newsletter.document.document import Document

_ITEM = "data-item"
_SECTION = re.compile(r"section ?(.*)")

Marked = tuple[str, etree._Element]


@dataclass(frozen=True)
class PartBytes:
    """How many octets of the message's HTML a section (`sections[2]`) or an item (`sections[2].items[0]`) is.

    Those of a section include its items.
    """

    path: str
    octets: int

    @property
    def section_path(self) -> str:
        """The section that it is, or stands in."""
        return self.path.partition(".")[0]


def take_marks(root: etree._Element) -> list[Marked]:
    """The elements of each section and item, by the names in their marks; attributes are taken away."""
    marked = list(_sections(root))
    for element in root.iter(etree.Element):
        if _ITEM in element.attrib:
            marked.append((element.attrib.pop(_ITEM), element))
    return marked


def written(marked: list[Marked]) -> list[tuple[str, str]]:
    """Each name with the HTML of one of its elements."""
    return [
        (name, etree.tostring(element, method="html", encoding="unicode", with_tail=False))
        for name, element in marked
    ]


def link_names(root: etree._Element, marked: list[Marked]) -> list[str]:
    """For each link of the document, in its order, the name of the item or section that it stands in.

    Empty for a link that stands in neither.
    """
    names = {element: name for name, element in marked}
    return [
        next((names[around] for around in link.iterancestors() if around in names), names.get(link, ""))
        for link in root.iter("a")
        if link.get("href") is not None
    ]


def by_path(document: Document, octets: Mapping[str, int]) -> tuple[PartBytes, ...]:
    """`octets`, which are by name, for the places of `document`, in its order."""
    return tuple(
        PartBytes(path, octets[name]) for name, path in part_paths(document).items() if octets.get(name)
    )


def part_paths(document: Document) -> dict[str, str]:
    """The paths of the sections and items of `document`, in its order, by their names in marks."""
    paths = {}
    for at, section in enumerate(document.sections):
        paths[section.id] = f"sections[{at}]"
        for number in range(len(getattr(section, "items", ()))):
            paths[f"{section.id}/{number}"] = f"sections[{at}].items[{number}]"
    return paths


def _sections(root: etree._Element) -> Iterator[Marked]:
    for comment in root.iter(etree.Comment):
        mark = _SECTION.fullmatch(comment.text or "")
        if mark is None or not mark[1]:
            continue
        for sibling in comment.itersiblings():
            if sibling.tag is etree.Comment and _SECTION.fullmatch(sibling.text or ""):
                break
            if isinstance(sibling.tag, str):
                yield mark[1], sibling

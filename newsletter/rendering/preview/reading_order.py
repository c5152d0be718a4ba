"""The order in which a screen reader reads a message, from the HTML that is sent.

Programs differ in their wording, not in the order: the document's (WCAG 2.2, 1.3.2). Layout tables are not
there, nor is what is hidden; a heading is said with its level, a list with its number of items, an image by
its alt text.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from lxml import etree

from newsletter.rendering.preview.accessible import (
    accessible_name,
    image_words,
    is_decorative,
    is_hidden,
    is_layout,
    spaced,
    without_padding,
)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Elements that no line of text goes through (HTML Standard, 15.3).
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "li", "main", "nav"),
        *("ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    }
)
_GROUPS = frozenset({"article", "banner", "complementary", "contentinfo", "main", "navigation", "region"})


class Role(StrEnum):
    """What an announcement is."""

    LANGUAGE = "language"  # of the whole message
    GROUP = "group"  # begins an article or another region with a name
    HEADING = "heading"
    TEXT = "text"
    LIST = "list"  # begins one
    ITEM = "item"
    QUOTE = "quote"
    TABLE = "table"  # begins one of data
    SEPARATOR = "separator"


class PartRole(StrEnum):
    """What a stretch of an announcement is."""

    TEXT = "text"
    LINK = "link"
    IMAGE = "image"
    IMAGE_LINK = "image_link"
    DECORATIVE = "decorative"  # an image that is passed over
    UNNAMED = "unnamed"  # an image without alt text: its file name is read


@dataclass(frozen=True)
class Part:
    """A stretch of an announcement; `language` is set where another one begins (BCP 47)."""

    role: PartRole
    words: str
    language: str = ""


@dataclass(frozen=True)
class Announcement:
    """What a screen reader says before it pauses.

    level: of a heading, 1 to 6. count, columns: items of a list, rows and columns of a table.
    depth: of lists around it. kind: what a group is, such as “email”.
    """

    role: Role
    parts: tuple[Part, ...] = ()
    level: int = 0
    count: int = 0
    columns: int = 0
    depth: int = 0
    kind: str = ""

    @property
    def words(self) -> str:
        """All its words on one line."""
        return spaced("".join(part.words for part in self.parts)).strip()


def reading_order(html: str) -> tuple[Announcement, ...]:
    """What a screen reader says of `html`, a whole document, from its first word to its last."""
    root = etree.fromstring(html, etree.HTMLParser())
    body = root.find("body") if root is not None else None
    if body is None:
        return ()
    reader = _Reader(root.get("lang", ""))
    reader.read(body, _Around(reader.language))
    return tuple(reader.announcements)


@dataclass(frozen=True)
class _Around:
    """What holds for everything in an element."""

    language: str
    depth: int = 0
    in_link: bool = False


class _Reader:
    """Walks through a document and gathers what is said."""

    def __init__(self, language: str) -> None:
        self.language = language  # in which was spoken last
        self.announcements: list[Announcement] = []
        self._parts: list[Part] = []
        self._opening = Announcement(Role.TEXT)  # what the next words begin
        if language:
            words = (Part(PartRole.TEXT, language, language),)
            self.announcements.append(Announcement(Role.LANGUAGE, words))

    def read(self, element: etree._Element, around: _Around) -> None:
        """Say `element`, but not the text that follows it."""
        if is_hidden(element):
            return
        around = replace(around, language=element.get("lang") or around.language)
        if _is_block(element):
            self._end(around)
            opened = self._begin(element, around)
            inner = replace(around, depth=around.depth + (element.tag in ("ul", "ol")))
            self._inside(element, inner)
            self._end(inner)
            if self._opening is opened:  # it has no words
                self._opening = Announcement(Role.TEXT)
        elif (
            element.tag == "a" and element.get("href") is not None and not any(map(_is_block, element.iter()))
        ):
            self._link(element, around)
        elif element.tag == "img":
            self._image(element, around)
        elif element.tag == "br":
            self._say(PartRole.TEXT, " ", around)
        else:
            is_link = around.in_link or (element.tag == "a" and element.get("href") is not None)
            self._inside(element, replace(around, in_link=is_link))

    def _inside(self, element: etree._Element, around: _Around) -> None:
        role = PartRole.LINK if around.in_link else PartRole.TEXT
        self._say(role, element.text or "", around)
        for child in element:
            self.read(child, around)
            self._say(role, child.tail or "", around)

    def _begin(self, element: etree._Element, around: _Around) -> Announcement | None:
        """Say what an element is by itself; or note it for its first words, and return what was noted."""
        tag, role = element.tag, element.get("role", "")
        level = _level(element)
        if tag == "hr" or role == "separator":
            self._add(Announcement(Role.SEPARATOR, depth=around.depth))
        elif level:
            self._opening = noted = Announcement(Role.HEADING, level=level)
            return noted
        elif tag in ("ul", "ol"):
            count = sum(child.tag == "li" and not is_hidden(child) for child in element)
            self._add(Announcement(Role.LIST, count=count, depth=around.depth))
        elif tag in ("li", "blockquote"):
            self._opening = noted = Announcement(Role.ITEM if tag == "li" else Role.QUOTE)
            return noted
        elif tag == "table" and not is_layout(element):
            self._add(Announcement(Role.TABLE, count=len(_rows(element)), columns=_columns(element)))
        elif role in _GROUPS and element.get("aria-label"):
            words = (Part(PartRole.TEXT, element.get("aria-label", "")),)
            self._add(Announcement(Role.GROUP, words, kind=element.get("aria-roledescription") or role))
        return None

    def _link(self, element: etree._Element, around: _Around) -> None:
        words = accessible_name(element)
        has_image = any(not is_decorative(image) for image in element.iter("img"))
        # Without words, programs read where the link leads.
        self._say(
            PartRole.IMAGE_LINK if has_image else PartRole.LINK, words or element.get("href", ""), around
        )

    def _image(self, image: etree._Element, around: _Around) -> None:
        if is_decorative(image):
            self._parts.append(Part(PartRole.DECORATIVE, ""))
        elif around.in_link:
            self._say(PartRole.IMAGE_LINK, image_words(image), around)
        else:
            has_alt = image.get("alt") is not None or image.get("aria-label")
            self._say(PartRole.IMAGE if has_alt else PartRole.UNNAMED, image_words(image), around)

    def _say(self, role: PartRole, words: str, around: _Around) -> None:
        """Add words to what is being said; text goes on where text was."""
        words = spaced(words)
        previous = self._parts[-1] if self._parts else None
        changes = around.language != self.language and without_padding(words)
        if previous and previous.role is role is PartRole.TEXT and not changes:
            self._parts[-1] = replace(previous, words=spaced(previous.words + words))
        elif words:
            self._parts.append(Part(role, words, around.language if changes else ""))
        if changes:
            self.language = around.language

    def _end(self, around: _Around) -> None:
        """Say what was gathered, if there is anything to say."""
        parts = list(_trimmed(self._parts))
        self._parts = []
        if any(part.role is not PartRole.TEXT or without_padding(part.words) for part in parts):
            self._add(replace(self._opening, parts=tuple(parts), depth=around.depth))
            self._opening = Announcement(Role.TEXT)

    def _add(self, announcement: Announcement) -> None:
        self.announcements.append(announcement)


def _trimmed(parts: list[Part]) -> Iterator[Part]:
    """`parts` without white space at both ends."""
    for number, part in enumerate(parts):
        words = part.words.lstrip() if number == 0 else part.words
        words = words.rstrip() if number == len(parts) - 1 else words
        if words or part.role is not PartRole.TEXT:
            yield replace(part, words=words)


def _is_block(element: etree._Element) -> bool:
    return element.tag in _BLOCKS or _level(element) > 0


def _level(element: etree._Element) -> int:
    """The level of a heading, by its element or its role; 0 for anything else."""
    if element.get("role") == "heading":
        level = element.get("aria-level", "2")
        return int(level) if level in {"1", "2", "3", "4", "5", "6"} else 2
    return _HEADINGS.get(element.tag, 0) if isinstance(element.tag, str) else 0


def _rows(table: etree._Element) -> list[etree._Element]:
    return list(table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"))


def _columns(table: etree._Element) -> int:
    return max((len(row.xpath("./td | ./th")) for row in _rows(table)), default=0)

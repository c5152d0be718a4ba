"""Markdown with front matter, read as a document.

Headings begin sections. A list whose entries all begin with a link is a links section, its entries like
`- [Headline](https://…) – blurb. (Outlet)`. Paragraphs and other lists are text sections, a lone image is an
image section, `---` a divider, a block quote a quotes section (its last line `— Author (@handle), Network,
2026-05-14, https://…` says whose). A heading names the first section below it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.document import frontmatter
from newsletter.document.document import Document
from newsletter.document.errors import DocumentInvalid
from newsletter.document.markdown_parts import image_of, item_of, quote_of
from newsletter.document.merge import Masked, mask
from newsletter.document.reading import LARGEST, read
from newsletter.document.richtext import to_plain

_BLOCK_RULES = ["heading", "lheading", "hr", "blockquote", "list", "fence"]
_INLINE_RULES = ["emphasis", "link", "image", "newline", "escape"]


def from_markdown(text: str) -> Document:
    """The document that `text` describes.

    Raises DocumentInvalid; its fields are places such as `line 12`, or a front matter field.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise DocumentInvalid(f"The text is too large: at most {LARGEST // 1_000_000} MB.")
    head, lines, above = frontmatter.split(text)
    reading = _Reading(lines, above)
    reading.run()
    data: dict[str, Any] = {name: value for name, value in head.items() if value or name == "title"}
    data.setdefault("title", reading.title)
    if not data["title"].strip():
        raise _at_line(1, "Begin with front matter that has a title, or with a heading “# Title”.")
    try:
        return read(data | {"sections": reading.sections})
    except DocumentInvalid as error:
        raise _with_lines(error, reading.places) from None


def _with_lines(error: DocumentInvalid, places: dict[str, int]) -> DocumentInvalid:
    """The same problems, named by the lines they came from instead of places in the document."""
    fields: dict[str, str] = {}
    for path, sentence in error.fields.items():
        known = [place for place in places if path == place or path.startswith((f"{place}.", f"{place}["))]
        name = f"line {places[max(known, key=len)]}" if known else path
        fields.setdefault(name, sentence)
    first, sentence = next(iter(fields.items()), ("", error.message))
    return DocumentInvalid(f"{first[0].upper()}{first[1:]}: {sentence}" if first else sentence, fields)


def _at_line(number: int, sentence: str) -> DocumentInvalid:
    return DocumentInvalid(f"Line {number}: {sentence}", {f"line {number}": sentence})


@dataclass
class _Reading:
    """Goes through the blocks of the text and collects sections, and the line of each."""

    lines: list[str]
    above: int
    title: str = ""
    heading: str = ""
    heading_line: int = 0
    sections: list[dict[str, Any]] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    masked: Masked = field(init=False)

    def run(self) -> None:
        self._check_tokens()
        self.masked = mask("\n".join(self.lines))
        parser = MarkdownIt("zero", {"html": False, "maxNesting": 20}).enable(_BLOCK_RULES + _INLINE_RULES)
        groups = list(_top_level(parser.parse(self.masked.text)))
        for group in groups:
            self._read(group)
        self._flush_heading()

    def _check_tokens(self) -> None:
        """Merge fields stand on one line, so that the line of a broken one can be told."""
        for number, line in enumerate(self.lines, start=1):
            try:
                mask(line)
            except DocumentInvalid as error:
                raise _at_line(number + self.above, error.message) from None

    def _read(self, group: Sequence[Token]) -> None:
        first = group[0]
        line = (first.map[0] if first.map else 0) + 1 + self.above
        if first.type == "fence":
            raise _at_line(line, "Code blocks have no place in a digest.")
        if first.type == "heading_open":
            self._read_heading(to_plain(self._source(group[1]), links=False), first.tag, line)
        elif first.type == "hr":
            self._add({"type": "divider"}, line)
        elif first.type == "blockquote_open":
            self._add_quote(self._lines_of(first), line)
        elif first.type == "bullet_list_open" and self._read_links(group, line):
            return
        else:
            self._read_words(group, line)

    def _read_heading(self, text: str, tag: str, line: int) -> None:
        self._flush_heading()
        words = " ".join(text.split())
        if tag == "h1" and not self.title and not self.sections:
            self.title = words
            return
        self.heading, self.heading_line = words, line

    def _flush_heading(self) -> None:
        """A heading with nothing below it is a section all the same: somebody means to fill it."""
        if self.heading:
            self._add({"type": "text"}, self.heading_line)

    def _read_links(self, group: Sequence[Token], line: int) -> bool:
        entries = [token for token in group if token.type == "list_item_open" and token.level == 1]
        sources = [self._entry(token) for token in entries]
        items = [item_of(source) for source in sources]
        if not all(items):
            return False
        self._add({"type": "links", "items": items}, line)
        for index, token in enumerate(entries):
            place = f"sections[{len(self.sections) - 1}].items[{index}]"
            self.places[place] = (token.map[0] if token.map else 0) + 1 + self.above
        return True

    def _read_words(self, group: Sequence[Token], line: int) -> None:
        source = self._lines_of(group[0])
        image = image_of(source)
        if image:
            self._add(image, line)
            return
        last = self.sections[-1] if self.sections else {}
        if last.get("type") == "text" and last.get("text") and not self.heading:
            last["text"] += f"\n\n{source}"
        else:
            self._add({"type": "text", "text": source}, line)

    def _add_quote(self, source: str, line: int) -> None:
        quote = quote_of(source)
        last = self.sections[-1] if self.sections else {}
        if last.get("type") == "quotes" and not self.heading:
            last["items"].append(quote)
        else:
            self._add({"type": "quotes", "items": [quote]}, line)
        self.places[f"sections[{len(self.sections) - 1}].items[{len(self.sections[-1]['items']) - 1}]"] = line

    def _add(self, section: dict[str, Any], line: int) -> None:
        if self.heading:
            section["title"] = self.heading
            self.places[f"sections[{len(self.sections)}].title"] = self.heading_line
            self.heading = ""
        self.places[f"sections[{len(self.sections)}]"] = line
        self.sections.append(section)

    def _source(self, token: Token) -> str:
        return self.masked.restore(token.content)

    def _lines_of(self, token: Token) -> str:
        start, end = token.map or [0, 0]
        return "\n".join(self.lines[start:end]).strip("\n")

    def _entry(self, token: Token) -> str:
        """The text of a list entry: its lines without the mark and without the indent below it."""
        first, *rest = self._lines_of(token).split("\n")
        return "\n".join([re.sub(r"^\s*[-+*]\s+", "", first), *(line.strip() for line in rest)]).strip()


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting != 1:
            yield group
            group = []

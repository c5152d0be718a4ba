"""Markdown with front matter, read as a document.

Headings begin sections. A list whose entries all begin with a link is a links section, its entries like
`- [Headline](https://…) – blurb. (Outlet)`. Paragraphs and other lists are text sections, a lone image is an
image section, `---` a divider, a block quote a quotes section (its last line `— Author (@handle), Network,
2026-05-14, https://…` says whose). A heading names the first section below it. What has no place in a
document is refused with its line (`markdown_refusals`).
"""

from dataclasses import dataclass, field
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from newsletter.document import frontmatter
from newsletter.document.document import Document
from newsletter.document.errors import DocumentInvalid
from newsletter.document.markdown_parts import image_of, item_of, quote_of
from newsletter.document.markdown_refusals import at_line, refuse_unsupported
from newsletter.document.markdown_tree import inline_of, parse, rich_text, words
from newsletter.document.merge import Masked, mask
from newsletter.document.reading import LARGEST, read


def from_markdown(text: str) -> Document:
    """The document that `text` describes.

    Raises DocumentInvalid; its fields are places such as `line 12`, or a front matter field.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise DocumentInvalid(f"The text is too large: at most {LARGEST // 1_000_000} MB.")
    head, lines, above = frontmatter.split(text)
    data: dict[str, Any] = {name: value for name, value in head.items() if value}
    reading = _Reading(lines, above, str(data.get("title", "")))
    try:
        reading.run()
    except RecursionError:  # thousands of marks inside each other
        raise DocumentInvalid("The text is nested too deeply.") from None
    data["title"] = reading.title
    if not data["title"].strip():
        raise at_line(1, "Start with front matter that has a title, or with a heading “# Title”.")
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


@dataclass
class _Reading:
    """Goes through the blocks of the text and collects sections, and the line of each.

    `title` is that of the front matter; without one there, the first heading's.
    """

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
        tree, notes = parse(self.masked.text)
        refuse_unsupported(tree, notes, self.above)
        for block in tree.children:
            self._read(block, self._line(block))
        self._flush_heading()

    def _check_tokens(self) -> None:
        """Merge fields stand on one line, so that the line of a broken one can be told."""
        for number, line in enumerate(self.lines, start=1):
            try:
                mask(line)
            except DocumentInvalid as error:
                raise at_line(number + self.above, error.message) from None

    def _line(self, block: SyntaxTreeNode) -> int:
        return (block.map[0] if block.map else 0) + 1 + self.above

    def _read(self, block: SyntaxTreeNode, line: int) -> None:
        if block.type == "heading":
            self._read_heading(block, line)
        elif block.type == "hr":
            self._add({"type": "divider"}, line)
        elif block.type == "blockquote":
            self._add_quote(self._restored(quote_of(block)), line)
        elif block.type == "bullet_list" and self._read_links(block, line):
            return
        else:
            self._read_words(block, line)

    def _read_heading(self, block: SyntaxTreeNode, line: int) -> None:
        self._flush_heading()
        if any(node.type == "link" for node in block.walk()):
            raise at_line(line, "A heading cannot be a link.")
        heading = self.masked.restore(words(inline_of(block)))
        if block.tag == "h1" and not self.sections and self.title in ("", heading):
            self.title = heading
            return
        self.heading, self.heading_line = heading, line

    def _flush_heading(self) -> None:
        """A heading with nothing below it is a section all the same: somebody means to fill it."""
        if self.heading:
            self._add({"type": "text"}, self.heading_line)

    def _read_links(self, block: SyntaxTreeNode, line: int) -> bool:
        items = [item_of(entry) for entry in block.children]
        if not all(items):
            return False
        self._add({"type": "links", "items": self._restored(items)}, line)
        for index, entry in enumerate(block.children):
            self.places[f"sections[{len(self.sections) - 1}].items[{index}]"] = self._line(entry)
        return True

    def _read_words(self, block: SyntaxTreeNode, line: int) -> None:
        image = image_of(block)
        if image:
            self._add(self._restored(image), line)
            return
        text = self.masked.restore(rich_text([block], self._source(block)))
        last = self.sections[-1] if self.sections else {}
        if last.get("type") == "text" and last.get("text") and not self.heading:
            last["text"] += f"\n\n{text}"
        else:
            self._add({"type": "text", "text": text}, line)

    def _add_quote(self, quote: dict[str, Any], line: int) -> None:
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

    def _source(self, block: SyntaxTreeNode) -> str:
        start, end = block.map or (0, 0)
        return "\n".join(self.masked.text.split("\n")[start:end]).strip("\n")

    def _restored(self, value: Any) -> Any:
        """`value` with the merge fields of its texts brought back."""
        if isinstance(value, dict):
            return {key: self._restored(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._restored(inner) for inner in value]
        return self.masked.restore(value) if isinstance(value, str) else value

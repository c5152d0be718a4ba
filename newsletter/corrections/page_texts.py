"""The texts of a web page that can be corrected in their places, and the document with some changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.core.text import several_lines
from newsletter.corrections.shown import PLAIN_FIELDS, RICH_FIELDS
from newsletter.document import Document
from newsletter.document.reading import read
from newsletter.document.walk import texts
from newsletter.issues.edit import full_json
from newsletter.issues.patch import apply_patch

STATEMENT = "items"  # a statement of a notice is a text of its own


@dataclass(frozen=True)
class PageText:
    """A text and its place. `section` and `item`: the index of what it stands in, -1 for none."""

    path: str
    field: str
    value: str
    section: int
    item: int

    @property
    def is_long(self) -> bool:
        """Whether it may have several lines."""
        return self.field in RICH_FIELDS or self.field == STATEMENT


def page_texts(document: Document) -> list[PageText]:
    """Every text of `document` that readers of its web page see, in reading order."""
    found = (_page_text(place.path, place.value) for place in texts(document))
    return [text for text in found if text.field in RICH_FIELDS | PLAIN_FIELDS | {STATEMENT}]


def with_texts(document: Document, typed: Mapping[str, str]) -> Document:
    """`document` with the texts in `typed`, by their path; what is typed for other places is left out.

    Raises `DocumentInvalid` with every text that cannot be used, by its path.
    """
    changes = changed_texts(document, typed)
    operations = [
        {"op": "replace", "path": _pointer(path), "value": value} for path, value in changes.items()
    ]
    return read(apply_patch(full_json(document), operations))


def changed_texts(document: Document, typed: Mapping[str, str]) -> dict[str, str]:
    """What of `typed` is different from `document`, by path; line breaks are those of the document."""
    clean = {text.path: several_lines(typed.get(text.path, text.value)) for text in page_texts(document)}
    return {text.path: clean[text.path] for text in page_texts(document) if clean[text.path] != text.value}


def _page_text(path: str, value: str) -> PageText:
    field = path.rpartition(".")[2].partition("[")[0]
    return PageText(path, field, value, _index(path, "sections"), _index(path, "items"))


def _index(path: str, name: str) -> int:
    _, found, rest = path.partition(f"{name}[")
    return int(rest.partition("]")[0]) if found else -1


def _pointer(path: str) -> str:
    """`sections[2].items[0].url` as a JSON Pointer (RFC 6901)."""
    return "/" + path.replace("[", "/").replace("]", "").replace(".", "/")

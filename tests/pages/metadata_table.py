"""How well the fields of pages are read: each fixture page against what is written down of it by hand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from newsletter.pages.charset import decode_html
from newsletter.pages.metadata import read_metadata
from newsletter.pages.page import PageFields
from newsletter.pages.response import Response

FIXTURES = Path(__file__).parent / "fixtures"
FIELDS = (
    "headline", "byline", "outlet", "published", "updated", "description", "language", "image", "alt",
    "caption", "credit",
)  # fmt: skip
TARGETS = {"headline": 0.95, "outlet": 0.95, "published": 0.90, "byline": 0.85, "credit": 0.80}
QUOTES = str.maketrans("’‘“”", "''\"\"")


@dataclass(frozen=True)
class Result:
    """One field of one page. `verdict` is right, wrong, missing, invented, or empty where nothing was due."""

    page: str
    field: str
    expected: list[str]
    found: str
    held_back: bool

    @property
    def verdict(self) -> str:
        if any(_same(self.found, right) for right in self.expected):
            return "right" if self.expected != [""] else "empty"
        if not self.found:
            return "missing"
        return "invented" if self.expected == [""] else "wrong"


def read_fixture(name: str, url: str) -> PageFields:
    """The fields of a page as it comes from a server that declares no charset."""
    body = (FIXTURES / f"{name}.html").read_bytes()
    return read_metadata(decode_html(Response(url, 200, {}, body, "text/html")), url)


def results() -> Iterator[Result]:
    """Every field of every page in `expected.yaml`."""
    pages = yaml.load((FIXTURES / "expected.yaml").read_text(), yaml.BaseLoader)
    for name, expected in pages.items():
        fields = read_fixture(name, expected["url"])
        image = fields.image
        found = {field: getattr(fields, field, "") for field in FIELDS}
        found["image"] = image.url if image else ""
        found |= {part: getattr(image, part) if image else "" for part in ("alt", "caption", "credit")}
        for field in FIELDS:
            right = expected.get(field, "")
            values = right if isinstance(right, list) else [right]
            yield Result(name, field, values, found[field], bool(expected.get("held_back")))


def table(rows: list[Result]) -> dict[str, Counter[str]]:
    """The verdicts of each field, counted."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for row in rows:
        counts[row.field][row.verdict] += 1
    return counts


def share_right(count: Counter[str]) -> float:
    """The share of right values among the pages that say anything of a field."""
    due = count["right"] + count["wrong"] + count["missing"]
    return count["right"] / due if due else 1.0


def _same(found: str, right: str) -> bool:
    if found.translate(QUOTES) == right.translate(QUOTES):
        return True
    return bool(found and right) and _moment(found) is not None and _moment(found) == _moment(right)


def _moment(text: str) -> Any:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None

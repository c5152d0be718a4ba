"""Where a sign-up came from: the page before it, the campaign that its link named, an issue of the archive.

What strangers send, so each part is cleaned and cut. Of a page only its origin and path are kept: its query
may hold what is nobody's business, such as a search or a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from newsletter.core.text import clean_name

LONGEST_PAGE = 300
LONGEST_MARK = 100
LONGEST_QUERY = 4_000  # characters that are looked at
# The usual marks of campaigns in links.
UTM = ("source", "medium", "campaign", "term", "content")


@dataclass(frozen=True)
class Origin:
    """`page`: its address without query; `utm`: marks by the words of `UTM`; `issue_id` of the archive."""

    page: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    issue_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, without what is not known."""
        facts = {"page": self.page, "utm": dict(self.utm), "issue_id": self.issue_id}
        return {name: value for name, value in facts.items() if value}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any] | None) -> "Origin":
        """The same from what `to_json` made, or from nothing."""
        facts = facts or {}
        return cls(facts.get("page", ""), facts.get("utm", {}), facts.get("issue_id"))


NOWHERE = Origin()


def clean_page(address: str) -> str:
    """Origin and path of a web address, of at most 300 characters; empty for anything else."""
    try:
        parts = urlsplit(address.strip()[:LONGEST_QUERY])
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or not (host + parts.path).isprintable():
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}{parts.path}"[:LONGEST_PAGE]


def clean_utm(marks: Mapping[str, str]) -> dict[str, str]:
    """The marks that are known by the words of `UTM`, cleaned and cut; empty ones are left out."""
    cleaned = {word: clean_name(marks.get(word, ""), LONGEST_MARK) for word in UTM}
    return {word: mark for word, mark in cleaned.items() if mark}


def read_utm(query: str) -> dict[str, str]:
    """The marks in the query of a link: `utm_source=…`."""
    given = parse_qsl(query[:LONGEST_QUERY], max_num_fields=None)
    return clean_utm({name.removeprefix("utm_"): mark for name, mark in given if name.startswith("utm_")})


def write_utm(utm: Mapping[str, str]) -> str:
    """The marks as the query of a link; `read_utm` reads it."""
    return urlencode({f"utm_{word}": mark for word, mark in utm.items()})

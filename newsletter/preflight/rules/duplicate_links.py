"""No story is in the issue twice."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag

from newsletter.document.merge import with_defaults
from newsletter.document.walk import links
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_SECTION = re.compile(r"sections\[(\d+)\]")


def examine(draft: Draft) -> Iterator[Remark]:
    first: dict[str, str] = {}
    for place in links(draft.document):
        if place.value.lower().startswith("mailto:"):
            continue
        known = first.setdefault(_page(place.value), place.path)
        if known != place.path:
            yield warning(f"{place.value} is also linked in {_spoken(draft, known)}.", place.path)


def _spoken(draft: Draft, path: str) -> str:
    """The section of a place, as its readers know it."""
    found = _SECTION.match(path)
    if found is None:
        return "the issue's own fields"
    number = int(found[1])
    title = with_defaults(draft.document.sections[number].title).strip()
    return f"“{title}”" if title else f"section {number + 1}"


def _page(url: str) -> str:
    """What two addresses of the same page have in common."""
    bare = urldefrag(url)[0].rstrip("/")
    scheme, separator, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    return f"{separator}{host.lower().removeprefix('www.')}{slash}{path}" if scheme else bare


DUPLICATE_LINKS = Rule(
    "duplicate_links",
    examine,
    about="The same page is linked twice.",
)

"""Links are encrypted: they begin with https."""

from collections.abc import Iterator

from newsletter.document.walk import links
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for place in links(draft.document):
        if place.value.lower().startswith("http://"):
            yield warning(f"{place.value} is not encrypted: try https:// instead.", place.path)


HTTP_LINKS = Rule(
    "http_links",
    examine,
    about="A link is not encrypted.",
)

"""Nothing is left that only stood in for something: TK, lorem ipsum, [headline], XXX."""

import re
from collections.abc import Iterator

from newsletter.document.walk import texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking

# Letters that stand for something else are in capitals (“TK”, “XXX”); words are meant in any case.
_PLACEHOLDER = re.compile(
    r"(?<!\w)(?:"
    r"(?:TK)+|X{3,}|(?i:lorem\s+ipsum|dolor\s+sit\s+amet)"
    r"|\[\s*(?i:(?:insert\b|your\b|add\b|tk\b)[^\]\n]{0,60}"
    r"|(?:head(?:line)?|title|subject|preheader|link|url|name|date|outlet|author|byline|image|photo|caption"
    r"|credit|blurb|summary|text|number|quote|section|tbd|xxx?)(?:\s+(?:here|\d{1,2}))?)\s*\](?!\()"
    r")(?!\w)"
)
_NOT_WORDS = frozenset({"url", "permalink", "src", "id", "slug", "type", "language", "handle"})


def examine(draft: Draft) -> Iterator[Remark]:
    for place in texts(draft.document):
        field = place.path.rpartition(".")[2].partition("[")[0]
        match = None if field in _NOT_WORDS else _PLACEHOLDER.search(place.value)
        if match:
            yield blocking(f"“{match[0]}” looks like a leftover placeholder.", place.path)


PLACEHOLDERS = Rule(
    "placeholders",
    examine,
    about="A placeholder is left in the text: TK, lorem ipsum, [headline].",
)

"""Every URL in the message is whole: mail programs know no page that a relative one could be relative to.

Documents cannot hold others, so such a URL comes from a theme or from the settings of the publication.
"""

import re
from collections.abc import Iterator
from html import unescape

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_URL = re.compile(r"<[a-z][^<>]*?\s(?:href|src|background)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_WHOLE = ("https://", "http://", "mailto:", "tel:", "cid:", "#")
LONGEST = 60  # characters that are shown


def examine(draft: Draft) -> Iterator[Remark]:
    told = set()
    for match in _URL.finditer(draft.html):
        url = unescape(match[1] or match[2] or "").strip()
        if url.lower().startswith(_WHOLE) or url in told:
            continue
        told.add(url)
        shown = url if len(url) <= LONGEST else f"{url[:LONGEST]}…"
        if url.lower().startswith("data:"):
            yield warning(f"“{shown}” holds an image in itself, which Gmail and Outlook do not show.")
        else:
            yield warning(f"“{shown}” is not a complete URL: in an email it leads nowhere.")


MESSAGE_URLS = Rule(
    "message_urls",
    examine,
    about="A URL of the message is relative, or holds its data in itself.",
)

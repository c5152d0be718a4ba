"""The words of other people's markup, as plain text.

Nothing of the markup is kept, so none of it has to be understood: a pattern takes a tenth of the time of a
parser, and feeds come with a thousand articles.
"""

import html
import re
from typing import Final

from newsletter.core.text import clean_note, one_line

_MARKUP: Final = 1_000  # characters of markup among those of the words: more are not looked through
# Each ends at the end of the text, too: what is never closed is not looked for twice.
_UNREAD: Final = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|svg|math|noscript|iframe|object)\b.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK: Final = re.compile(
    r"</?(?:p|br|hr|div|li|[uod]l|d[td]|h[1-6]|t[rdh]|table|section|article|blockquote|pre|figure|figcaption)"
    r"\b[^<>]*(?:>|\Z)",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"</?[a-z][^<>]*(?:>|\Z)|<[!?][^<>]*(?:>|\Z)|\]\]>", re.IGNORECASE)
# More than one space, or another one; nearly all are single ones, which may stay.
_SPACES: Final = re.compile(r"(?: [^\S\n]|[^\S\n ])[^\S\n]*")
_LINES: Final = re.compile(r" ?\n\s*")


def html_to_line(markup: str, longest: int) -> str:
    """The words of `markup` in one line of at most `longest` characters, from its beginning."""
    return one_line(_without_markup(markup[: longest + _MARKUP]))[:longest].strip()


def html_to_text(markup: str, longest: int) -> str:
    """The words of `markup`, a block to a line, in at most `longest` characters, from its beginning."""
    lines = _without_markup(markup[: longest + _MARKUP].replace("\n", " "))
    return clean_note(_LINES.sub("\n", _SPACES.sub(" ", lines)), longest)


def _without_markup(markup: str) -> str:
    if "<" in markup:
        markup = _TAG.sub("", _BLOCK.sub("\n", _UNREAD.sub("", markup)))
    return html.unescape(markup) if "&" in markup else markup

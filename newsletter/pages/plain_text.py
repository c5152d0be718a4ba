"""The words of other people's markup, as plain text.

Nothing of the markup is kept, so none of it has to be understood: a pattern takes a tenth of the time of a
parser, and feeds come with a thousand articles.
"""

import html
import re
from typing import Final

from newsletter.core.text import clean_note, one_line

# Each alternative ends at the end of the text, too: what is never closed is not looked for twice.
_MARKUP: Final = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(script|style|template|svg|math|noscript|iframe|object)\b.*?(?:</\1\s*>|\Z)"
    r"|</?([a-z][a-z0-9]*)\b[^<>]*(?:>|\Z)"
    r"|<[!?][^<>]*(?:>|\Z)|\]\]>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS: Final = frozenset(
    (
        *(
            "p",
            "br",
            "hr",
            "div",
            "li",
            "ul",
            "ol",
            "dl",
            "dt",
            "dd",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
        ),
        *("td", "th", "table", "section", "article", "blockquote", "pre", "figure", "figcaption"),
    )
)
_SPACES: Final = re.compile(r"[^\S\n]+")
_LINES: Final = re.compile(r" ?\n\s*")


def html_to_line(markup: str, longest: int) -> str:
    """The words of the first `2 * longest` characters of `markup`, in one line of at most `longest`."""
    return one_line(_without_markup(markup[: longest * 2]))[:longest].strip()


def html_to_text(markup: str, longest: int) -> str:
    """The words of the first `2 * longest` characters of `markup`, a block to a line, at most `longest`."""
    lines = _without_markup(markup[: longest * 2].replace("\n", " "))
    return clean_note(_LINES.sub("\n", _SPACES.sub(" ", lines)), longest)


def _without_markup(markup: str) -> str:
    if "<" in markup:
        markup = _MARKUP.sub(_replacement, markup)
    return html.unescape(markup) if "&" in markup else markup


def _replacement(found: re.Match[str]) -> str:
    return "\n" if found[2] and found[2].lower() in _BLOCKS else ""

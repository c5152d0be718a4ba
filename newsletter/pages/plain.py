"""What pages say, as plain text of a bounded length: no entities, tags, control characters, double spaces."""

import html
import re
import unicodedata

from newsletter.core.bidi import without_misleading
from newsletter.core.text import one_line

HEADLINE, NAME, PARAGRAPH, ADDRESS = 300, 120, 5_000, 2_000  # the most characters of each kind of field

_TAG = re.compile(
    r"</?(?:a|abbr|b|br|cite|code|div|em|font|h[1-6]|i|img|li|mark|ol|p|script|small|span|strong|style|sub|sup|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d|#[xX][\da-fA-F]|[A-Za-z]{2,8}\d*;)")
_SOFT_HYPHEN = "\u00ad"


def plain_line(value: object, longest: int = HEADLINE) -> str:
    """`value` as one line of at most `longest` characters, cut between words; what is no text gives "".

    Pages encode entities twice, and put tags into attributes and into JSON: both are undone.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    text = value[: longest * 4 + 1_000]
    for _ in range(2):
        if _ENTITY.search(text):
            text = html.unescape(text)
    text = _TAG.sub(" ", text) if "<" in text else text
    text = without_misleading(one_line(unicodedata.normalize("NFC", text.replace(_SOFT_HYPHEN, ""))))
    return cut_at_word(text.strip(), longest)


def cut_at_word(text: str, longest: int) -> str:
    """`text`, or its first words and “…” where it has more than `longest` characters."""
    if len(text) <= longest:
        return text
    words = text[:longest].rpartition(" ")[0]
    kept = words if len(words) > longest // 2 else text[: longest - 1]
    return kept.rstrip(" ,;:-–—")[: longest - 1] + "…"


def letters(text: str) -> str:
    """The letters and digits of `text` in lower case, without accents, by which spellings are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())

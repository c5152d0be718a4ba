"""Slugs: what of a title stands in a web address."""

import re
import unicodedata

LONGEST = 80

# Letters that Unicode does not decompose into a base letter and a mark.
_FOLDED = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def slugify(text: str, limit: int = LONGEST) -> str:
    """Lower-case words joined by dashes, cut at a word; Latin letters lose their marks, other scripts stay.

    Empty when `text` has neither a letter nor a digit.
    """
    plain = _plain(_plain(text))  # some letters unfold only once their case is folded, and the reverse
    words = re.findall(r"[^\W_]+", re.sub(r"['’]", "", plain))
    slug = "-".join(words)
    if len(slug) > limit:
        slug = slug[: limit + 1].rpartition("-")[0] or slug[:limit]
    return slug


def ascii_slug(text: str, limit: int) -> str:
    """The same with nothing but a–z, 0–9 and dashes, for ids and anchors; empty when nothing is left."""
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]", "", slugify(text, limit))).strip("-")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDED)).casefold()
    kept: list[str] = []
    for character in decomposed:
        marks_a_latin_letter = bool(kept) and kept[-1].isascii() and unicodedata.combining(character)
        if not marks_a_latin_letter:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))

"""The words of a text, as they are indexed and looked for: without case, accents and vowel marks.

Letters are compared after compatibility decomposition without combining marks (Unicode 16, §3.7), so that
“Müller”, “MULLER” and “muller” are one word, and so are an Arabic word with and without its vowel signs.
Chinese, Japanese, Thai and their like part no words: there each character is a word, as is each emoji.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import regex

LONGEST_WORD = 64  # characters; the rest of a longer one is not compared
LONGEST_TEXT = 200_000  # characters of words for one issue: PostgreSQL keeps 1 MB of them
# Parts texts that follow each other, so that no phrase is found across them. In no word.
BREAK = "·"

_UNPARTED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# Inside of words: marks, and characters that are not seen (soft hyphen, joiners, the Arabic lengthening).
_PARTS = r"\p{M}\u00ad\u0640\u200c\u200d"
_WORD = regex.compile(
    rf"[{_UNPARTED}]\p{{M}}*|\p{{Extended_Pictographic}}|[[\p{{L}}\p{{N}}{_PARTS}]--[{_UNPARTED}]]+",
    regex.V1,
)
_DROPPED = regex.compile(rf"[\p{{Mn}}\p{{Me}}{_PARTS[5:]}]+")


class Word(NamedTuple):
    """A word of a text as it is compared, and where it stands in the text."""

    folded: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    """The words of `text` in their order."""
    for match in _WORD.finditer(text):
        found = match[0]
        for folded in (found.lower(),) if found.isascii() else _fold(found):
            yield Word(folded[:LONGEST_WORD], match.start(), match.end())


def fold(text: str) -> str:
    """`text` without case and marks: a word of it that `words_of` finds stands in this, too."""
    return text.lower() if text.isascii() else _folded(text)


def searchable(texts: list[str]) -> str:
    """The words of `texts` with one space around each, and a `BREAK` after each text."""
    folded: list[str] = []
    length = 0
    for text in texts:
        for word in words_of(text):
            length += len(word.folded) + 1
            if length > LONGEST_TEXT:
                return f" {' '.join(folded)} "
            folded.append(word.folded)
        folded.append(BREAK)
    return f" {' '.join(folded)} "


@lru_cache(maxsize=20_000)
def _fold(found: str) -> tuple[str, ...]:
    """`found` without case and marks: nothing if it was marks alone, several words for a sign such as “ﷺ”."""
    return tuple(part for part in _not_in_words.split(_folded(found)) if part)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", decomposed))
    return unicodedata.normalize("NFC", bare)


# What is not in a word after decomposition, such as the slash of “℀”.
_not_in_words = regex.compile(r"[^\p{L}\p{N}\p{Mc}\p{Extended_Pictographic}]+")

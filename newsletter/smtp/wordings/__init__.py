"""What the words of a refusal say, in whatever language: one table, for SMTP replies and for bounces.

The enhanced code of a refusal often says nothing (5.0.0), or the same for everything (5.7.1). What is decided
by words is decided here; names of hosts, addresses and links are taken out first, because a server called
`spam-filter.example` does not say that anything is spam.
"""

from functools import lru_cache

from newsletter.smtp.wordings import (
    about_address,
    about_sender,
    either_order,
    full_and_senders,
    languages,
    sentences,
    without_spaces,
)
from newsletter.smtp.wordings.bare_text import bare_text
from newsletter.smtp.wordings.wording import Wording

__all__ = ["Wording", "wordings_of"]

_TABLES = (about_address, about_sender, sentences, either_order, full_and_senders)
_PATTERNS = tuple(item for table in _TABLES for item in table.PATTERNS.items())
_ALL_PATTERNS = (*_PATTERNS, *either_order.OTHER_LETTERS.items(), *without_spaces.PATTERNS.items())
LONGEST = 1_500  # characters that are read


@lru_cache(maxsize=1024)
def wordings_of(text: str) -> frozenset[Wording]:
    """Everything that `text` says, among what is known; empty where it says nothing of use."""
    bare = bare_text(text[:LONGEST])
    if not bare:
        return frozenset()
    by_phrase = {
        wording
        for wording, phrases in languages.phrases(ascii_only=bare.isascii()).items()
        if any(phrase in bare for phrase in phrases)
    }
    words = f" {bare}"
    patterns = _PATTERNS if bare.isascii() else _ALL_PATTERNS
    by_pattern = {wording for wording, search in patterns if search(words) is not None}
    return frozenset(by_phrase | by_pattern)

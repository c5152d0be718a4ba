"""How long an issue takes to read, from its words.

Words a minute are those of Trauzettel-Klosinski and Dietz, Standardized Assessment of Reading Performance:
The New International Reading Speed Texts IReST (2012), doi:10.1167/iovs.11-8284.
"""

from collections.abc import Sequence

from newsletter.core.i18n import language as language_of
from newsletter.document import walk
from newsletter.document.document import Document
from newsletter.document.merge import with_defaults
from newsletter.document.richtext import to_plain
from newsletter.document.section import Section

WORDS_A_MINUTE = {"ar": 138, "de": 179, "en": 228, "fr": 195, "it": 188}
IN_OTHER_LANGUAGES = 184  # the mean of the seventeen that were measured


def reading_minutes(document: Document, sections: Sequence[Section], language: str) -> int:
    """The whole minutes that `sections` of `document` take to read in `language`; 0 without any word."""
    count = count_words(document, sections)
    rate = WORDS_A_MINUTE.get(language_of(language), IN_OTHER_LANGUAGES)
    return max(1, round(count / rate)) if count else 0


def count_words(document: Document, sections: Sequence[Section]) -> int:
    """The words of `sections` that a reader sees: neither addresses of links nor descriptions of pictures."""
    part = document.model_copy(update={"sections": tuple(sections)})
    shown = [
        with_defaults(place.value)
        for place in walk.plain_words(part)
        if place.path.startswith("sections[") and not place.path.endswith(".alt")
    ]
    rich = [to_plain(place.value, links=False) for place in walk.rich_texts(part)]
    return sum(_words_in(text) for text in (*shown, *rich))


def _words_in(text: str) -> int:
    """Words parted by blanks; of Chinese and Japanese, which write none, two characters count as one."""
    parted = sum(any(map(_is_of_a_word, piece)) for piece in text.split())
    return parted + sum(map(_is_unparted, text)) // 2


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() and not _is_unparted(character)


def _is_unparted(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff"

"""What somebody typed, as words and phrases to look for. Anything may be typed; there is no wrong query."""

import regex

from newsletter.archive_search.words import words_of

LONGEST_QUERY = 200  # characters; what is behind them is not looked for
MOST_WORDS = 20

# A phrase between quotation marks of any language, or what stands between blanks.
_PART = regex.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]|([^\s"“”„«»]+)')

Phrase = tuple[str, ...]


def parse_query(typed: str) -> list[Phrase]:
    """The phrases that have to be in a text, each of one word or more; none where no word was typed.

    What is written together, such as `well-known`, is a phrase without quotation marks.
    """
    phrases: dict[Phrase, None] = {}
    left = MOST_WORDS
    for quoted, bare in _PART.findall(typed[:LONGEST_QUERY]):
        phrase = tuple(word.folded for word in words_of(quoted or bare))[:left]
        if phrase:
            left -= len(phrase)
            phrases[phrase] = None
    return list(phrases)

"""No word is typed twice: “the the” slips in when a sentence is edited."""

import re
from collections.abc import Iterator

from newsletter.document.richtext import to_plain
from newsletter.document.walk import plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_DOUBLED = re.compile(r"(?<![\w'’-])([^\W\d_]{2,})[ \t\n]+\1(?![\w'’-])", re.IGNORECASE)
# What stands twice in good sentences: “had had”, “die die”, “vous vous”, and names.
_MAY_BE_DOUBLED = frozenset(
    {
        *(
            "had",
            "that",
            "is",
            "do",
            "very",
            "so",
            "no",
            "bye",
            "ha",
            "die",
            "der",
            "das",
            "den",
            "dem",
            "sie",
        ),
        *(
            "sind",
            "war",
            "nous",
            "vous",
            "di",
            "piano",
            "sing",
            "pago",
            "bora",
            "baden",
            "duran",
            "new",
            "knock",
        ),
        *("hear", "yo", "walla", "tut", "poco", "via", "man", "will", "can", "her", "who", "what", "how"),
    }
)


def examine(draft: Draft) -> Iterator[Remark]:
    plain = ((place.path, place.value) for place in plain_words(draft.document))
    rich = ((place.path, to_plain(place.value, links=False)) for place in rich_texts(draft.document))
    for path, text in (*plain, *rich):
        wrong = (found for found in _DOUBLED.finditer(text) if found[1].casefold() not in _MAY_BE_DOUBLED)
        if found := next(wrong, None):
            yield warning(f"“{' '.join(found[0].split())}”: a word is doubled.", path)


DOUBLED_WORDS = Rule(
    "doubled_words",
    examine,
    about="A word is repeated.",
)

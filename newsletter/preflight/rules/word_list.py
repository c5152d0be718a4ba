"""Words are written as the publication writes them: by the list in its rules file, not by a dictionary."""

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.document.richtext import to_plain
from newsletter.document.walk import plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

Words = tuple[tuple[str, str], ...]


def examine(draft: Draft) -> Iterator[Remark]:
    words = tuple(draft.settings.words.items())
    if not words:
        return
    plain = ((place.path, place.value) for place in plain_words(draft.document))
    rich = ((place.path, to_plain(place.value, links=False)) for place in rich_texts(draft.document))
    for path, text in (*plain, *rich):
        for written, right in dict(_wrong_words(text, words)).items():
            yield warning(f"“{written}” should be “{right}”, by your word list.", path)


def _wrong_words(text: str, words: Words) -> Iterator[tuple[str, str]]:
    """Each word of `text` that is on the list, as it is written there, and its right form."""
    pattern, by_folded = _compiled(words)
    rights = {right for _, right in words}
    for match in pattern.finditer(text):
        # A right form may hold a wrong one: “Kyiv (Kiev)”. It is longer, so it is met first.
        if match[0] not in rights:
            right = by_folded.get(match[0].casefold())
            if right is not None and match[0] != right:
                yield match[0], right


@lru_cache(maxsize=16)
def _compiled(words: Words) -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds all forms of the list, the longest first, and the right forms of the wrong ones."""
    forms = sorted({form for pair in words for form in pair}, key=len, reverse=True)
    pattern = "|".join(r"\s+".join(map(re.escape, form.split())) for form in forms)
    by_folded = {wrong.casefold(): right for wrong, right in words}
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), by_folded


WORD_LIST = Rule(
    "word_list",
    examine,
    about="A word is not written as the publication's word list has it.",
)

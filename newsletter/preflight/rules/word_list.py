"""Words are written as the publication writes them: by the list in its rules file, not by a dictionary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.document.richtext import to_plain
from newsletter.document.walk import plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

Words = tuple[tuple[str, str], ...]
_TOKEN = re.compile(r"\w+")


def examine(draft: Draft) -> Iterator[Remark]:
    if not draft.settings.words:
        return
    forms = _forms(tuple(draft.settings.words.items()))
    plain = ((place.path, place.value) for place in plain_words(draft.document))
    rich = ((place.path, to_plain(place.value, links=False)) for place in rich_texts(draft.document))
    for path, text in (*plain, *rich):
        for written, right in dict(_wrong_words(text, forms)).items():
            yield warning(f"“{written}” should be “{right}”, by your word list.", path)


def _wrong_words(text: str, forms: "Forms") -> Iterator[tuple[str, str]]:
    """Each word of `text` that is on the list, as it is written there, and its right form."""
    end = 0
    for token in _TOKEN.finditer(text):
        for form in forms.get(token[0].casefold(), ()):
            start = token.start() - form.offset
            match = form.pattern.match(text, start) if start >= end else None
            if match is None:
                continue
            # A right form may hold a wrong one, “Kyiv (Kiev)”: it is longer, so it is met first.
            end = match.end()
            if form.right and match[0] != form.right:
                yield match[0], form.right
            break


@dataclass(frozen=True)
class _Form:
    """A form of the list. `offset`: of its first word; `right`: what it should be, empty for a right form."""

    pattern: re.Pattern[str]
    offset: int
    right: str


Forms = dict[str, list[_Form]]


@lru_cache(maxsize=16)
def _forms(words: Words) -> Forms:
    """All forms by the first word in them, the longest first, so that a text is read once."""
    # Where they differ in their capitals only, the wrong form is looked for, and its right form let pass.
    wanted = {right.casefold(): (right, "") for _, right in words}
    wanted |= {wrong.casefold(): (wrong, right) for wrong, right in words}
    forms: Forms = {}
    for written, right in sorted(wanted.values(), key=lambda each: -len(each[0])):
        first = _TOKEN.search(written)
        if first is not None:
            pattern = r"\s+".join(map(re.escape, written.split()))
            whole = re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)
            forms.setdefault(first[0].casefold(), []).append(_Form(whole, first.start(), right))
    return forms


WORD_LIST = Rule(
    "word_list",
    examine,
    about="A word is spelled differently in the publication's word list.",
)

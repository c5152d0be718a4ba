"""What is opened is closed: quotation marks and brackets."""

from collections.abc import Iterator

from newsletter.document.richtext import to_plain
from newsletter.document.walk import plain_words, rich_texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

# English and German share a mark: “…” there, „…“ here. So each kind is counted by all that may close it.
_BRACKETS = (("(", ")"), ("[", "]"), ("«", "»"), ("「", "」"), ("『", "』"), ("《", "》"))
_DOUBLE_QUOTES = "“”„‟"


def examine(draft: Draft) -> Iterator[Remark]:
    plain = ((place.path, place.value) for place in plain_words(draft.document))
    rich = ((place.path, to_plain(place.value, links=False)) for place in rich_texts(draft.document))
    for path, text in (*plain, *rich):
        if mark := _unbalanced(text):
            yield warning(f"A “{mark}” has no counterpart here: check quotation marks and brackets.", path)


def _unbalanced(text: str) -> str:
    """A mark without its partner, or nothing. Lists such as `a)` and smileys are not brackets."""
    paragraphs = text.split("\n\n")
    for opening, closing in _BRACKETS:
        count = text.count(opening) - text.count(closing)
        if count > 0 or (count < 0 and closing != ")"):
            return opening if count > 0 else closing
    for mark in ('"', _DOUBLE_QUOTES):
        # A quotation of several paragraphs is opened in each and closed in the last.
        if len(paragraphs) == 1 and sum(text.count(each) for each in mark) % 2 and not _is_inches(text, mark):
            return next(each for each in mark if each in text)
    return ""


def _is_inches(text: str, mark: str) -> bool:
    return mark == '"' and any(f'{digit}"' in text for digit in "0123456789")


QUOTATION_MARKS = Rule(
    "quotation_marks",
    examine,
    about="A quotation mark or bracket is not closed.",
)

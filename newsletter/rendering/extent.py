"""How large a document is as HTML, known before it is rendered: inlining CSS costs time for each element."""

from collections import Counter

from newsletter.core.errors import Refused
from newsletter.document.document import Document
from newsletter.document.richtext import shape
from newsletter.document.walk import plain_words, rich_texts

MOST_ELEMENTS = 8_000  # some five times what Gmail shows whole (100 kB); inlined in a few seconds


def refuse_too_large(document: Document) -> None:
    """Raise Refused, naming the place that takes most, for a document of too many HTML elements."""
    elements: Counter[str] = Counter()
    for place in rich_texts(document):
        elements[place.path] += shape(place.value).elements
    for place in plain_words(document):
        elements[place.path.rpartition(".")[0] or place.path] += place.value.count("\n") + 2
    if elements.total() <= MOST_ELEMENTS:
        return
    [(path, count)] = elements.most_common(1)
    sentence = (
        f"The issue becomes {elements.total():,} HTML elements, more than any mail program shows. "
        f"Most are here: {count:,}."
    )
    raise Refused("issue_too_large", sentence, {path: sentence})

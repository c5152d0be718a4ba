"""Readers can unsubscribe from both parts of the message that is really sent."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking
from newsletter.rendering.slots import Slot, SlottedText

FIELD = "unsubscribe_url"


def examine(draft: Draft) -> Iterator[Remark]:
    if draft.compiled is None:
        return
    for part, content in (("HTML", draft.compiled.html), ("plain text", draft.compiled.text)):
        if not _has_slot(content):
            yield blocking(f"The {part} of the email has no unsubscribe link.")


def _has_slot(content: SlottedText) -> bool:
    return any(isinstance(element, Slot) and element.field == FIELD for element in content)


UNSUBSCRIBE = Rule(
    "unsubscribe",
    examine,
    about="A part of the email has no unsubscribe link.",
    always="the law and mail providers demand it in every issue",
)

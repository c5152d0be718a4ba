"""Readers can leave from both parts of the message that is really sent."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking
from newsletter.rendering.slots import Pieces, Slot

FIELD = "unsubscribe_url"


def examine(draft: Draft) -> Iterator[Remark]:
    if draft.compiled is None:
        return
    for part, pieces in (("HTML", draft.compiled.html), ("plain text", draft.compiled.text)):
        if not _has_slot(pieces):
            yield blocking(f"The {part} of the email has no unsubscribe link.")


def _has_slot(pieces: Pieces) -> bool:
    return any(isinstance(piece, Slot) and piece.field == FIELD for piece in pieces)


UNSUBSCRIBE = Rule("unsubscribe", examine)

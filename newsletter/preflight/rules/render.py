"""The issue can be rendered."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Level, Remark, Rule, blocking
from newsletter.preflight.rules import sender


def examine(draft: Draft) -> Iterator[Remark]:
    if draft.compiled is not None:
        return
    # Without a usable sender there is no message either; the rule about senders says that better.
    if not any(remark.level is Level.BLOCKING for remark in sender.examine(draft)):
        yield blocking(f"The issue cannot be rendered: {draft.render_error}", draft.render_place)


RENDER = Rule(
    "render",
    examine,
    about="The issue cannot be rendered.",
    always="without a message there is nothing to send",
)

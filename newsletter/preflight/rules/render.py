"""The issue can be rendered."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    if draft.compiled is None:
        yield blocking(f"The issue cannot be rendered: {draft.render_error}")


RENDER = Rule("render", examine)

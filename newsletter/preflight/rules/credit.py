"""Every image says who made it."""

from collections.abc import Iterator

from newsletter.document.walk import images
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for path, image in images(draft.document):
        credit = image.credit.strip() or draft.media.get(image.src, ImageWords()).credit.strip()
        if image.src and not credit:
            yield warning("This image has no credit: name its author or source.", f"{path}.credit")


CREDIT = Rule(
    "credit",
    examine,
    about="An image has no credit.",
)

"""Pictures come from the media library: from another site they can change or vanish after the send."""

from collections.abc import Iterator

from newsletter.document.walk import images
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for path, image in images(draft.document):
        if image.src.lower().startswith(("https://", "http://")):
            yield warning(
                "This image is loaded from another site, where it can change or vanish: upload it.",
                f"{path}.src",
            )


HOT_LINKS = Rule(
    "hot_links",
    examine,
    about="An image is loaded from another site.",
)

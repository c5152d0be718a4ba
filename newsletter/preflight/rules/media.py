"""Every uploaded image that the document names is in the media library."""

from collections.abc import Iterator

from newsletter.document.walk import images
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    for path, image in images(draft.document):
        if image.src.startswith("media:") and image.src not in draft.media:
            yield blocking(f"There is no uploaded image {image.src}.", f"{path}.src")


MEDIA = Rule(
    "media",
    examine,
    about="An image is not in the media library.",
    always="the image would be missing for every reader",
)

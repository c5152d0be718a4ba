"""Every image has words for who cannot see it (WCAG 2.2, 1.1.1); as a link it needs them (2.4.4)."""

from collections.abc import Iterator

from newsletter.document.walk import images, links
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.finding import Remark, Rule, blocking, warning


def examine(draft: Draft) -> Iterator[Remark]:
    linked = {place.path.rpartition(".")[0] for place in links(draft.document) if place.path.endswith(".url")}
    for path, image in images(draft.document):
        if not image.src or image.alt.strip() or draft.media.get(image.src, ImageWords()).alt.strip():
            continue
        if path.rpartition(".")[0] in linked:
            yield blocking(
                "This image is a link without text: say where it leads in its alt text.",
                f"{path}.alt",
            )
        else:
            yield warning(
                "This image has no alt text: describe it for people who cannot see it.", f"{path}.alt"
            )


ALT = Rule(
    "alt",
    examine,
    about="An image has no alt text.",
)

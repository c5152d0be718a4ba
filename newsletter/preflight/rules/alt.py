"""Every image has words for who cannot see it (WCAG 2.2, 1.1.1)."""

from collections.abc import Iterator

from newsletter.document.walk import images
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for path, image in images(draft.document):
        if image.src and not (image.alt.strip() or draft.media.get(image.src, ImageWords()).alt.strip()):
            yield warning(
                "This image has no alternative text: say what it shows, for who cannot see it.", f"{path}.alt"
            )


ALT = Rule("alt", examine)

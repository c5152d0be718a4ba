"""The words for who cannot see an image are words, not the name of a file (WCAG 2.2, 1.1.1)."""

import re
from collections.abc import Iterator

from newsletter.document.walk import images
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_NAME = re.compile(
    r"(?:image|img|picture|pic|photo|foto|bild|screenshot|untitled|dsc|dscn|pxl|unnamed|logo|graphic|banner)"
    r"[\s_-]*\d*(?:[\s_-]\d+)*|[\w-]+\.(?:jpe?g|png|gif|webp|avif|heic|svg|bmp|tiff?)|[\d\s_-]+",
    re.IGNORECASE,
)


def examine(draft: Draft) -> Iterator[Remark]:
    for path, image in images(draft.document):
        if _NAME.fullmatch(image.alt.strip()):
            yield warning(
                f"The alt text “{image.alt.strip()}” says nothing: describe the image for people who cannot"
                " see it.",
                f"{path}.alt",
            )


FILE_NAME_ALT = Rule(
    "file_name_alt",
    examine,
    about="An alt text is only the name of a file or a kind of image.",
)

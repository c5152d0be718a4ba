"""What a screen reader makes of one element: whether it is hidden, and the words that it is called by.

Accessible Name and Description Computation 1.2 (W3C), as far as emails need it.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree

LONGEST_FILE_NAME = 60  # characters of a name that stands in for missing alt text
# Without words for anybody: white space, and what pads list previews.
_UNSPOKEN = re.compile("[\\s\u00a0\u00ad\u034f\u200b-\u200f\u2028\u2029\u2060\ufeff]+")
_SPACES = re.compile("[\\s\u00a0]+")
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE
)
_UNREAD = frozenset({"head", "script", "style", "template", "noscript", "title"})


def is_hidden(element: etree._Element) -> bool:
    """Whether a screen reader passes over `element` and everything in it."""
    return (
        not isinstance(element.tag, str)
        or element.tag in _UNREAD
        or element.get("aria-hidden") == "true"
        or "hidden" in element.attrib
        or _HIDING.search(element.get("style") or "") is not None
    )


def is_layout(table: etree._Element) -> bool:
    """Whether a table is for the layout only, and so not there for a screen reader."""
    return table.get("role") in ("presentation", "none")


def is_decorative(image: etree._Element) -> bool:
    """Whether an image says that it need not be read."""
    return is_layout(image) or (image.get("alt") is not None and not image.get("alt", "").strip())


def image_words(image: etree._Element) -> str:
    """What is read of an image: its alt text, nothing for a decorative one, its file name without either."""
    if is_decorative(image):
        return ""
    words = image.get("aria-label") or image.get("alt")
    return spaced(words).strip() if words is not None else file_name(image.get("src", ""))


def file_name(url: str) -> str:
    """What programs read of an image without alt text: the last part of its URL."""
    try:
        name = unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        name = ""
    return (name or url)[:LONGEST_FILE_NAME]


def accessible_name(element: etree._Element) -> str:
    """The words of a link or heading: its label, or the text in it with the alt texts of its images."""
    label = spaced(element.get("aria-label") or "").strip()
    return label or without_padding("".join(_words(element)))


def spaced(text: str) -> str:
    """`text` with one space for each run of white space."""
    return _SPACES.sub(" ", text)


def without_padding(text: str) -> str:
    """`text` on one line; empty where it holds nothing that is read."""
    return spaced(text).strip() if _UNSPOKEN.sub("", text) else ""


def _words(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not is_hidden(child):
            if child.tag == "img":
                yield f" {image_words(child)} "
            elif child.tag == "br":
                yield " "
            else:
                yield from _words(child)
        yield child.tail or ""

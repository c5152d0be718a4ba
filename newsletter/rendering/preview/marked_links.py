"""An email with a mark behind each of its links, for a look at what was followed."""

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from newsletter.rendering.preview.accessible import accessible_name

_SHAPE = (
    "display:inline-block;margin:0 4px;padding:0 6px;border-radius:10px;white-space:nowrap;"
    "font:600 13px/19px -apple-system,'Segoe UI',Roboto,Arial,sans-serif;letter-spacing:0;"
    "text-decoration:none;text-transform:none;vertical-align:middle;"
)
# Both are seen on light and on dark grounds: a ring in the colour of the words is around them.
STRONG = _SHAPE + "background:#8f1d0c;color:#ffffff;box-shadow:0 0 0 1px #ffffff;"
FAINT = _SHAPE + "background:#ffffff;color:#1c1a17;box-shadow:0 0 0 1px #1c1a17;"
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;"


@dataclass(frozen=True)
class LinkLabel:
    """What becomes of a link: where it leads in the shown email, and what stands behind it.

    label: the short words that are seen; empty for none. spoken: the same for a screen reader.
    strong: drawn so that it is seen first.
    """

    href: str
    label: str = ""
    spoken: str = ""
    strong: bool = False


@dataclass(frozen=True)
class MarkedEmail:
    """The document, and the accessible name of each link by the address that it had."""

    html: str
    names: dict[str, str]


def mark_links(
    html: str,
    label_of: Callable[[str], LinkLabel | None],
    is_hidden_part: Callable[[str], bool],
    picture_at: Callable[[str], str] = str,
) -> MarkedEmail:
    """`html`, a whole document, with each link as `label_of` its address says; None leaves it as it is.

    Links and images whose address `is_hidden_part` are taken out. All links open a window of their own.
    `picture_at` says where an image is loaded from, by its address in the message.
    """
    root = etree.fromstring(html, etree.HTMLParser())
    names: dict[str, str] = {}
    for element in list(root.iter("a", "area", "img")):
        url = (element.get("href") or element.get("src") or "").strip()
        if is_hidden_part(url):
            _take_out(element)
        elif element.tag == "img" and url:
            element.set("src", picture_at(url))
        elif element.get("href") is not None:
            names.setdefault(url, accessible_name(element))
            _mark(element, label_of(url) or LinkLabel(url))
    written: str = etree.tostring(root, method="html", encoding="unicode")
    return MarkedEmail(f"<!DOCTYPE html>\n{written}", names)


def _take_out(element: etree._Element) -> None:
    """Remove the element, not the words that follow it."""
    parent, before = element.getparent(), element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _mark(link: etree._Element, said: LinkLabel) -> None:
    link.set("href", said.href)
    link.set("target", "_blank")
    link.set("rel", "noreferrer")
    if said.label and link.tag == "a":
        badge = etree.SubElement(link, "span", style=STRONG if said.strong else FAINT)
        seen = etree.SubElement(badge, "span", {"aria-hidden": "true"})
        seen.text = said.label
        spoken = etree.SubElement(badge, "span", style=_UNSEEN)
        spoken.text = f" ({said.spoken})"

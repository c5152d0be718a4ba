"""The picture at the head of an article, with the caption and the credit that stand below it."""

import re
from dataclasses import replace
from urllib.parse import unquote, urljoin, urlsplit

from newsletter.pages.article_view import ArticleView
from newsletter.pages.credits import find_label, split_credit
from newsletter.pages.html_tree import Element, names_of
from newsletter.pages.meta_tags import is_no_picture
from newsletter.pages.page import LeadImage
from newsletter.pages.picture_frames import read_around, read_frame
from newsletter.pages.plain import ADDRESS, HEADLINE, plain_line

_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_SIZE = re.compile(
    r"(?:[-_.](?:\d{2,5}x\d{2,5}|scaled|\d{3,4}w?|[wh]\d{2,4}|r\d[\d.]*|fp[xy]\d+|(?:x-?)?large|lg|md|sm|xl|medium|"
    r"small|"
    r"thumb))+$"
)
_NO_NAME = re.compile(
    r"\d{1,4}|\d*[_x.,:-][\d_x.,:-]*[a-z]?|\d+x\d+[a-z]?|master|original|image|images|photo|default|main|"
    r"header|hero|large|medium|small|full|"
    r"(?:[a-z]{1,2}_?\d{1,4}[-,_]?)+[a-z-]*|\d+w|upload|uploads"
)


def find_pictures(view: ArticleView, url: str) -> list[LeadImage]:
    """The pictures between the heading and the third paragraph, and just above the heading, as they come."""
    pictures: list[LeadImage] = []
    for element in view.head():
        if element.tag not in ("img", "amp-img") or view.is_card(element) or len(pictures) >= 5:
            continue
        address = _address(element)
        if not address or is_no_picture(address) or _is_small(element):
            continue
        caption, credit = read_around(element, view)
        alt, alt_credit = _split_alt(plain_line(element.get("alt"), HEADLINE))
        credit = credit or alt_credit or split_credit(element.get("title"))[1]
        pictures.append(LeadImage(urljoin(url, address)[:ADDRESS], alt=alt, caption=caption, credit=credit))
    return _with_lone_caption(pictures, view)


def _split_alt(alt: str) -> tuple[str, str]:
    """Alternative text and a credit after “|” or “Photo:”, where a page keeps both in one attribute."""
    text, credit = split_credit(alt) if " | " in alt else find_label(alt) or ("", "")
    return (text, credit) if text and credit else (alt, "")


def _with_lone_caption(pictures: list[LeadImage], view: ArticleView) -> list[LeadImage]:
    """The only `figcaption` that stands outside of all figures is of the first picture, if that has none."""
    lone = [
        part
        for part in view.head()
        if part.tag == "figcaption" and not any(above.tag == "figure" for above in part.iterancestors())
    ]
    if not pictures or len(lone) != 1 or pictures[0].caption or pictures[0].credit:
        return pictures
    caption, credit = read_frame(lone[0])
    return [replace(pictures[0], caption=caption, credit=credit), *pictures[1:]]


def is_same_picture(one: str, other: str) -> bool:
    """Whether two addresses are one picture in two sizes: the same name of file or of its folder."""
    return one == other or (_picture_name(one) != "" and _picture_name(one) == _picture_name(other))


def _picture_name(address: str) -> str:
    """What an address calls the picture, without sizes and crops; also in a resizing service's address."""
    inner = re.search(r"[?&/](?:url=)?(https?%3A%2F%2F[^&]+|https?://.+)$", address[8:])
    path = urlsplit(unquote(inner[1]) if inner else address).path
    parts = [unquote(part).lower() for part in path.split("/") if part]
    if len(parts) >= 2 and len(parts[-2]) >= 8 and parts[-1].startswith(parts[-2]):
        return parts[-2]
    for part in reversed(parts):
        stem = re.sub(r"\.(?:jpe?g|png|webp|gif|avif)", "", part)
        stem = _SIZE.sub("", stem)
        if len(stem) >= 3 and not _NO_NAME.fullmatch(stem):
            return stem
    return ""


def _address(element: Element) -> str:
    for name in _SOURCES:
        value = (element.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return value
    sets = [element.get("srcset"), element.get("data-srcset")]
    parent = element.getparent()
    if parent is not None and parent.tag == "picture":
        sets += [source.get("srcset") or source.get("data-srcset") for source in parent.iter("source")]
    for candidates in sets:
        if (
            candidates
            and (first := candidates.strip().split(" ")[0].rstrip(","))
            and not first.startswith("data:")
        ):
            return str(first)
    return ""


def _is_small(element: Element) -> bool:
    """Whether a picture is a symbol, a portrait of the author or a counting pixel."""
    sizes = [element.get("width"), element.get("height")]
    if any(size and size.rstrip("px").isdigit() and int(size.rstrip("px")) < 120 for size in sizes):
        return True
    around = [element, *list(element.iterancestors())[:2]]
    return any(re.search(r"avatar|icon|author|logo|emoji|profile", names_of(part)) for part in around)

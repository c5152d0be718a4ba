"""The picture at the head of an article, with the caption and the credit that stand below it."""

import re
from dataclasses import replace
from urllib.parse import unquote, urljoin, urlsplit

from newsletter.pages.article_view import ArticleView
from newsletter.pages.credits import (
    clean_credit,
    join_pieces,
    split_caption_label,
    split_credit,
    without_credit,
)
from newsletter.pages.html_tree import Element, names_of, text_of
from newsletter.pages.meta_tags import is_no_picture
from newsletter.pages.page import LeadImage
from newsletter.pages.plain import ADDRESS, HEADLINE, PARAGRAPH, plain_line

LONGEST_CAPTION = 200
_FRAME = re.compile(r"figure|illustr|img|caption|image|photo|picture|media|foto|bild|lead|hero|separator")
_CREDIT = re.compile(
    r"credit|copyright|source|photographer|attribution|byline|fotograf|quelle|crédito|rights|fonte"
)
_CAPTION = re.compile(r"caption|descr|legend|bildunterschrift|description|cutline|didascalia|legende|pie-?de")
_CREDIT_PROPERTIES = ("copyrightHolder", "creditText", "author", "creator", "copyrightNotice")
_CREDIT_ATTRIBUTE = re.compile(r"-(?:credit|copyright|c-cr)$")
_CAPTION_ATTRIBUTE = re.compile(r"-(?:caption|c-cap)$")
_WIDGET = re.compile(
    r"\s*\b(?:hide|toggle|view|show) caption\b|"
    r"\s*\b(?:purchase licensing rights(?:, opens new tab)?|open image in gallery|enlarge this image)",
    re.IGNORECASE,
)
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
        frame = _frame(element, view)
        caption, credit = _read_frame(frame) if frame is not None else _read_below(element)
        alt, alt_credit = _split_alt(plain_line(element.get("alt"), HEADLINE))
        credit = credit or alt_credit
        pictures.append(LeadImage(urljoin(url, address)[:ADDRESS], alt=alt, caption=caption, credit=credit))
    return _with_lone_caption(pictures, view)


def _split_alt(alt: str) -> tuple[str, str]:
    """Alternative text and a credit after “|”, where a page keeps both in one attribute."""
    if " | " not in alt:
        return alt, ""
    text, credit = split_credit(alt)
    return (text, credit) if credit else (alt, "")


def _with_lone_caption(pictures: list[LeadImage], view: ArticleView) -> list[LeadImage]:
    """The only `figcaption` that stands outside of all figures is of the first picture, if that has none."""
    lone = [
        part
        for part in view.head()
        if part.tag == "figcaption" and not any(above.tag == "figure" for above in part.iterancestors())
    ]
    if not pictures or len(lone) != 1 or pictures[0].caption or pictures[0].credit:
        return pictures
    caption, credit = split_credit(text_of(lone[0]))
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


def _frame(element: Element, view: ArticleView) -> Element | None:
    """The `figure` around a picture, or what is named like one."""
    above = [part for part in element.iterancestors() if part not in view.above][:6]
    for part in above:
        if part.tag == "figure":
            return part
    named = [part for part in above if _FRAME.search(names_of(part)) or part.get("itemprop") == "image"]
    return named[-1] if named and len(text_of(named[-1])) <= 800 else None


def _read_frame(frame: Element) -> tuple[str, str]:
    """Caption and credit of a frame: by their elements where they have some, else out of one text."""
    captions = list(frame.iter("figcaption"))
    captions += [part for part in frame.iterdescendants() if not captions and _CAPTION.search(names_of(part))]
    marked = _marked_credits(frame)
    if stated := _stated(frame):
        return stated
    if not marked:
        return join_pieces(_pieces(captions[0] if captions else frame))
    text = _WIDGET.sub("", text_of(captions[0])) if captions else ""
    for credit in marked:
        text = text.replace(credit, " ")
    name = _join_credits(marked)
    return without_credit(split_caption_label(plain_line(text, PARAGRAPH)), name).strip(" |/–—"), name


def _pieces(element: Element) -> list[str]:
    """The texts of a caption, apart where its page sets them apart by elements."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag in ("span", "p", "div", "small", "cite", "figcaption"):
            pieces += [
                *(_pieces(child) if len(child) and child.tag != "cite" else [text_of(child)]),
                child.tail or "",
            ]
        else:
            pieces[-1] += (
                f"{text_of(child)}{child.tail or ''}" if isinstance(child.tag, str) else child.tail or ""
            )
    return [line for piece in pieces if (line := _WIDGET.sub("", plain_line(piece, PARAGRAPH)).strip())]


def _stated(frame: Element) -> tuple[str, str] | None:
    """Caption and credit where a page keeps them in attributes, for its scripts to show."""
    for part in frame.iter():
        keys = {name: value for name, value in part.attrib.items() if name.startswith("data-")}
        credit = next((value for name, value in keys.items() if _CREDIT_ATTRIBUTE.search(name)), "")
        if credit:
            caption = next((value for name, value in keys.items() if _CAPTION_ATTRIBUTE.search(name)), "")
            return plain_line(caption, PARAGRAPH), clean_credit(credit)
    return None


def _read_below(picture: Element) -> tuple[str, str]:
    """The paragraph after one that holds only a picture, if it credits somebody."""
    paragraph = picture.getparent()
    below = None if paragraph is None or paragraph.tag not in ("p", "div", "center") else paragraph.getnext()
    if below is None or below.tag not in ("p", "div", "center") or text_of(paragraph):
        return "", ""
    line = text_of(below)
    caption, credit = split_credit(line) if len(line) <= LONGEST_CAPTION else ("", "")
    return (caption, credit) if credit else ("", "")


def _join_credits(marked: list[str]) -> str:
    """“Jane Doe / TPR” of the name and the house, which some mark apart."""
    names = [clean_credit(credit) for credit in marked]
    kept = [name for number, name in enumerate(names) if name and name not in names[:number]]
    return clean_credit(" / ".join(name.strip(" /") for name in kept))


def _marked_credits(frame: Element) -> list[str]:
    """The texts of the elements that are marked as credits; one inside of another counts once."""
    marked: list[Element] = []
    for part in frame.iterdescendants():
        if part.tag in ("img", "figcaption", "picture", "source", "meta") or not isinstance(part.tag, str):
            continue
        is_named = part.get("itemprop") in _CREDIT_PROPERTIES or _CREDIT.search(names_of(part))
        if (
            not is_named
            or _CAPTION.search(names_of(part))
            or any(above in marked for above in part.iterancestors())
        ):
            continue
        if text_of(part):
            marked.append(part)
    return [text_of(part) for part in marked[:3]]

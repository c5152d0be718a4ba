"""The picture at the head of an article, with the caption and the credit that stand below it."""

import re
from urllib.parse import unquote, urljoin, urlsplit

from newsletter.pages.article_view import ArticleView
from newsletter.pages.credits import clean_credit, split_credit, without_credit
from newsletter.pages.html_tree import Element, names_of, text_of
from newsletter.pages.meta_tags import is_no_picture
from newsletter.pages.page import LeadImage
from newsletter.pages.plain import ADDRESS, HEADLINE, PARAGRAPH, plain_line

_FRAME = re.compile(r"figure|wp-caption|caption|image|photo|picture|media|foto|bild|lead|hero|separator")
_CREDIT = re.compile(
    r"credit|copyright|source|photographer|attribution|byline|fotograf|quelle|crédito|rights|fonte"
)
_CAPTION = re.compile(r"caption|legend|bildunterschrift|description|cutline|didascalia|legende|pie-?de")
_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_SIZE = re.compile(r"[-_](?:\d{2,5}x\d{2,5}|scaled|\d{3,4}w?|w\d{3,4}|large|medium|small|thumb)$")


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
        caption, credit = _read_frame(frame) if frame is not None else ("", "")
        alt = plain_line(element.get("alt"), HEADLINE)
        pictures.append(LeadImage(urljoin(url, address)[:ADDRESS], alt=alt, caption=caption, credit=credit))
    return pictures


def is_same_picture(one: str, other: str) -> bool:
    """Whether two addresses are one picture in two sizes: the same name, or one in the other's query."""
    if one == other:
        return True
    first, second = _file(one), _file(other)
    if len(first) >= 5 and first == second:
        return True
    return any(
        len(name) >= 12 and name in unquote(address) for name, address in ((first, other), (second, one))
    )


def _file(address: str) -> str:
    name = urlsplit(address).path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    for _ in range(2):
        stem = _SIZE.sub("", stem)
    return unquote(stem).lower()


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
    credit = _marked_credit(frame)
    text = text_of(captions[0]) if captions else ("" if credit else text_of(frame))
    if not credit:
        return split_credit(text)
    name = clean_credit(credit) or split_credit(credit)[1]
    rest = (
        text.replace(credit, " ") if credit in text and text != credit else ("" if text == credit else text)
    )
    return without_credit(plain_line(rest, PARAGRAPH), name).strip(" |/–—"), name


def _marked_credit(frame: Element) -> str:
    for part in frame.iterdescendants():
        if part.tag in ("img", "figcaption", "picture", "source", "meta") or not isinstance(part.tag, str):
            continue
        is_named = part.get("itemprop") in (
            "copyrightHolder",
            "creditText",
            "author",
            "creator",
            "copyrightNotice",
        )
        if is_named or _CREDIT.search(names_of(part)):
            text = text_of(part)
            if text and not _CAPTION.search(names_of(part)):
                return text
    return ""

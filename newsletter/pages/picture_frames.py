"""Caption and credit of a picture: what its page keeps in the frame around it, and what stands below."""

import re

from newsletter.pages.article_view import ArticleView
from newsletter.pages.credit_patterns import LEADING_LABEL
from newsletter.pages.credits import (
    clean_credit,
    is_house,
    join_pieces,
    split_caption_label,
    split_credit,
    without_credit,
)
from newsletter.pages.html_tree import Element, names_of, text_of
from newsletter.pages.plain import PARAGRAPH, plain_line

LONGEST_CAPTION, LONGEST_FRAME = 200, 800  # characters
_FRAME = re.compile(r"figure|illustr|img|caption|image|photo|picture|media|foto|bild|lead|hero|separator")
_CREDIT = re.compile(
    r"credit|copyright|source|photographer|attribution|byline|fotograf|quelle|crédito|rights|fonte"
)
_CAPTION = re.compile(r"caption|descr|legend|bildunterschrift|description|cutline|didascalia|legende|pie-?de")
_AUTHOR = re.compile(r"author|autor|auteur")
_CREDIT_PROPERTIES = ("copyrightHolder", "creditText", "author", "creator", "copyrightNotice")
_CREDIT_ATTRIBUTE = re.compile(r"-(?:credit|copyright|c-cr)$")
_CAPTION_ATTRIBUTE = re.compile(r"-(?:caption|c-cap)$")
_WIDGET = re.compile(
    r"\s*\b(?:hide|toggle|view|show) caption\b|"
    r"\s*\b(?:purchase licensing rights(?:, opens new tab)?|open image in gallery|enlarge this image)",
    re.IGNORECASE,
)


def read_around(picture: Element, view: ArticleView) -> tuple[str, str]:
    """Caption and credit of `picture`; "" for each that its page does not state."""
    frame = _frame(picture, view)
    if frame is None:
        return _read_below(picture)
    caption, credit = read_frame(frame)
    if not credit and (below := _caption_below(frame)) is not None:
        words, credit = read_frame(below)
        caption = (caption or words) if credit else caption
    return caption, credit


def _frame(element: Element, view: ArticleView) -> Element | None:
    """The `figure` around a picture, or what is named like one."""
    above = [part for part in element.iterancestors() if part not in view.above][:6]
    for part in above:
        if part.tag == "figure":
            return part
    named = [part for part in above if _FRAME.search(names_of(part)) or part.get("itemprop") == "image"]
    return named[-1] if named and len(text_of(named[-1])) <= LONGEST_FRAME else None


def _caption_below(frame: Element) -> Element | None:
    """The element after `frame` that holds its caption, where a page does not put that inside."""
    below = frame.getnext()
    if below is None or below.tag not in ("div", "p", "span", "figcaption", "cite", "small"):
        return None
    names = names_of(below)
    is_caption = any(named.search(names) for named in (_FRAME, _CAPTION, _CREDIT))
    has_picture = next(below.iter("img", "amp-img", "video", "h1", "h2", "h3"), None) is not None
    return below if is_caption and not has_picture and len(text_of(below)) <= LONGEST_FRAME else None


def read_frame(frame: Element) -> tuple[str, str]:
    """Caption and credit of a frame: by their elements where they have some, else out of one text."""
    captions = list(frame.iter("figcaption"))
    captions += [part for part in frame.iterdescendants() if not captions and _CAPTION.search(names_of(part))]
    marked = _marked_credits(frame)
    if stated := _stated(frame):
        return stated
    if not marked:
        caption, credit = join_pieces(_pieces(captions[0] if captions else frame))
        return caption, credit or (_house_beside(frame, captions[0]) if captions else "")
    text = _WIDGET.sub("", text_of(captions[0])) if captions else ""
    for credit in marked:
        text = text.replace(credit, " ")
    name = _join_credits(marked)
    return without_credit(split_caption_label(plain_line(text, PARAGRAPH)), name).strip(" |/–—"), name


def _house_beside(frame: Element, caption: Element) -> str:
    """The agency that a frame names beside its caption, such as on the picture itself; "" for none."""
    if frame is caption:
        return ""
    inside = {caption, *caption.iterdescendants()}
    lines = (
        plain_line(text_of(part)) for part in frame.iterdescendants() if part not in inside and not len(part)
    )
    return next((clean_credit(line) for line in lines if line and is_house(line)), "")


def _pieces(element: Element) -> list[str]:
    """The texts of a caption, apart where its page sets them apart by elements."""
    pieces = [element.text or ""]
    for child in element:
        tail = child.tail or ""
        if child.tag == "br":
            pieces.append(tail)
        elif _is_piece(child):
            pieces += [*(_pieces(child) if len(child) and child.tag != "cite" else [text_of(child)]), tail]
        else:
            pieces[-1] += f"{text_of(child)}{tail}" if isinstance(child.tag, str) else tail
    return [line for piece in pieces if (line := _WIDGET.sub("", plain_line(piece, PARAGRAPH)).strip())]


def _is_piece(child: Element) -> bool:
    """Whether an element sets its text apart; emphasis does not, unless it begins with “Photo:”."""
    if child.tag in ("em", "i", "b", "strong", "a"):
        return LEADING_LABEL.match(text_of(child)) is not None
    return child.tag in ("span", "p", "div", "small", "cite", "figcaption")


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
    paragraph = next((part for part in picture.iterancestors() if part.tag != "a"), None)
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


def _is_credit_element(part: Element) -> bool:
    """Whether a page marks `part` as a credit: by its name or property, or as what ends a caption."""
    if part.get("itemprop") in _CREDIT_PROPERTIES or _CREDIT.search(names_of(part)):
        return True
    if not any(above.tag == "figcaption" for above in part.iterancestors()):
        return False
    return _AUTHOR.search(names_of(part)) is not None or (
        part.tag in ("cite", "footer") and _stands_apart(part)
    )


def _stands_apart(part: Element) -> bool:
    """Whether an element ends its caption and is no part of a sentence, as the title of a work is."""
    before = part.getprevious()
    text = (part.getparent().text if before is None else before.tail) or ""
    is_begun = text.strip() and not re.search(r"[.!?…。][”\"»)]?\s*$", text)
    return not (part.tail or "").strip() and (not is_begun or "/" in text_of(part))


def _marked_credits(frame: Element) -> list[str]:
    """The texts of the elements that are marked as credits; one inside of another counts once."""
    marked: list[Element] = []
    for part in frame.iter():
        if part is frame and part.tag == "figure":
            continue
        if part.tag in ("img", "picture", "source", "meta") or not isinstance(part.tag, str):
            continue
        if (
            not _is_credit_element(part)
            or _CAPTION.search(names_of(part))
            or any(above in marked for above in part.iterancestors())
        ):
            continue
        if text_of(part):
            marked.append(part)
    return [text_of(part) for part in marked[:3]]

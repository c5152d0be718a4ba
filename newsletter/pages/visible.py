"""Byline and dates as people see them on a page, near the article's heading."""

import re
from collections.abc import Iterator

from newsletter.pages.article_view import ArticleView
from newsletter.pages.bylines import (
    VISIBLE_BY,
    clean_visible,
    is_role,
    join_names,
    looks_like_names,
    strip_by,
)
from newsletter.pages.dates import find_date, is_date_line, iso_date
from newsletter.pages.html_tree import Element, names_of, text_of
from newsletter.pages.plain import NAME, plain_line

_BYLINE = re.compile(
    r"byline|by-line|author|autor|auteur|autore|writer|verfasser|signature|firma\b|redaktor|creator"
)
_NOT_BYLINE = re.compile(
    r"avatar|author-?(?:image|img|photo|pic|link-list|bio|desc|role|title|follow)|authors?-page"
)
_NAME = re.compile(r"\b(?:author-?name|name|fn|author__name|byline-?name|byline__name|url fn n)\b|name$")
_DATE = re.compile(r"date|publish|time|posted|updated|modified|datum|fecha|data-pub|dateline|created")
# What a sentence may begin with that tells when it was published.
_PUBLISHED = re.compile(
    r"(?:posted|published|released|first published)(?: on)?|veröffentlicht(?: am)?|erschienen am|publié le|"
    r"publicado (?:el|em)|pubblicato il|gepubliceerd op|publicerad|опубликовано|نُشر في|تاريخ النشر|"
    r"发布时间|公開日",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:last )?(?:updated|modified)\b|\bcorrected\b|aktualisiert|mis à jour|mise à jour|modifié|"
    r"actualizad[oa]|"
    r"aggiornat[oa]|ultima modifica|atualizad[oa]|bijgewerkt|uppdaterad|обновлен[оа]?|تحديث|عודכן|עודכן|"
    r"עדכון|更新",
    re.IGNORECASE,
)
_LONGEST_LINE = 200
_REPORTER = re.compile(r"[（(](?:本报)?(?:通讯员|记者)[\s：:]*([\u4e00-\u9fff、 ]{2,20})[）)]")
_LINES = frozenset(
    [
        "p",
        "div",
        "span",
        "address",
        "em",
        "i",
        "small",
        "h4",
        "h5",
        "h6",
        "b",
        "strong",
        "li",
        "td",
        "font",
        "abbr",
        "dd",
    ]
)
_MOST_WORDS = 14


def find_byline(view: ArticleView, language: str, outlet: str) -> str:
    """The names in what is marked as byline, else in a line that begins with “By”; "" without any."""
    for element in _marked(view):
        if byline := _read_marked(element, language, outlet):
            return byline
    for element in view.head():
        line = _own_line(element)
        if (
            not line
            or not VISIBLE_BY.match(line)
            or strip_by(line, language) == line
            or view.is_card(element)
        ):
            continue
        byline = clean_visible(line, language, outlet)
        if looks_like_names(byline):
            return byline
    return _find_chinese_reporter(view) if language.startswith("zh") or not language else ""


def _find_chinese_reporter(view: ArticleView) -> str:
    """The name in “（记者 陈思远）”, with which reports of Chinese papers begin."""
    for element in view.head():
        if element.tag == "p" and (reporter := _REPORTER.search(text_of(element)[:100])):
            return plain_line(reporter[1], NAME)
    return ""


def find_dates(view: ArticleView, language: str) -> tuple[str, str]:
    """When the page says to have been published and updated, each "" where it does not."""
    published = updated = ""
    for element in view.head():
        if published and updated:
            break
        if not _may_hold_date(element) or view.is_card(element):
            continue
        first, second = (
            _read_time(element) if element.tag in ("time", "abbr") else _read_line(element, language)
        )
        if element.tag in ("time", "abbr") and not (first or second):
            first, second = _read_line(element, language)
        published, updated = published or first, updated or second
    return published, updated


def _marked(view: ArticleView) -> Iterator[Element]:
    seen: set[Element] = set()
    for element in view.head():
        if element.getparent() in seen:
            seen.add(element)
            continue
        names = names_of(element)
        is_marked = element.get("itemprop") in ("author", "creator") or _BYLINE.search(names)
        if (
            is_marked
            and not _NOT_BYLINE.search(names)
            and element is not view.heading
            and not _holds_article(element)
            and element not in view.above
            and not view.is_card(element)
        ):
            seen.add(element)
            yield element


def _holds_article(element: Element) -> bool:
    return element.tag in ("body", "main", "article", "figure", "figcaption", "img", "meta") or any(
        above.tag in ("figure", "figcaption") for above in element.iterancestors()
    )


def _read_marked(element: Element, language: str, outlet: str) -> str:
    """An element's own line where it begins with “By”, else the names that are marked inside of it."""
    line = text_of(element)
    if len(line) > _LONGEST_LINE * 2:
        return ""
    names = [
        part
        for part in element.iterdescendants()
        if _NAME.search(_class(part)) or part.get("rel") == "author"
    ]
    names = [part for part in names if not any(other in names for other in part.iterancestors())]
    if VISIBLE_BY.match(line) and len(line) <= _LONGEST_LINE:
        return clean_visible(line, language, outlet)
    if names:
        return join_names((clean_visible(text_of(part), language, outlet) for part in names), language)
    pieces = [
        text_of(part) for part in element.iterdescendants("p", "div", "li", "span", "a") if not len(part)
    ]
    if len(pieces) > 1 and not VISIBLE_BY.match(line):
        lines = (clean_visible(piece, language, outlet) for piece in pieces if not is_role(piece))
        if found := join_names((name for name in lines if looks_like_names(name)), language):
            return found
    return clean_visible(line, language, outlet) if len(line) <= _LONGEST_LINE else ""


def _class(element: Element) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}".lower().strip()


def _may_hold_date(element: Element) -> bool:
    if element.tag == "time":
        return True
    if element.tag in ("h2", "h3", "h4", "h5", "h6"):
        return _DATE.search(names_of(element)) is not None
    return element.tag in _LINES and len(element) <= 8


def _read_time(element: Element) -> tuple[str, str]:
    moment = iso_date(element.get("datetime") or element.get("title") or "")
    parent = element.getparent()
    before = (parent.text or "") if parent is not None and element.getprevious() is None else ""
    previous = element.getprevious()
    if previous is not None:
        before = (previous.tail or "").strip() or text_of(previous)
    names = names_of(element)
    if "published" in names or element.get("itemprop") == "datePublished":
        return moment, ""
    is_update = (
        element.get("itemprop") == "dateModified"
        or re.search(r"updated|modified", names)
        or _UPDATED.search(before[-40:])
        or _UPDATED.search(text_of(element))
    )
    return ("", moment) if is_update else (moment, "")


def _read_line(element: Element, language: str) -> tuple[str, str]:
    line = text_of(element)
    if not line or len(line) > _LONGEST_LINE or element.find(".//time[@datetime]") is not None:
        return "", ""
    stated = _PUBLISHED.search(line)
    if stated and (day := find_date(line[stated.end() : stated.end() + 60], language)):
        return day, find_date(_after_update(line), language)
    renewed = _UPDATED.match(line)
    if renewed and (day := find_date(line[renewed.end() : renewed.end() + 60], language)):
        return "", day
    is_marked = _DATE.search(names_of(element)) is not None
    if not is_marked and (element.tag == "li" or not _is_mostly_date(line, language)):
        return "", ""
    update = _UPDATED.search(line)
    if not update:
        return find_date(line, language), ""
    return find_date(line[: update.start()], language), find_date(line[update.end() :], language)


def _after_update(line: str) -> str:
    update = _UPDATED.search(line)
    return line[update.end() :] if update else ""


def _is_mostly_date(line: str, language: str) -> bool:
    """Whether an unmarked line, or a part between bars, is a date, not a sentence in which one occurs."""
    if len(line) > 100:
        return False
    if VISIBLE_BY.match(line):
        return len(line.split()) <= _MOST_WORDS and find_date(line, language) != ""
    return any(is_date_line(part, language) for part in re.split(r"[|·•]", line))


def _own_line(element: Element) -> str:
    if element.tag not in _LINES or len(element) > 8:
        return ""
    line = text_of(element)
    return line if len(line) <= _LONGEST_LINE else ""

"""The part of a page that people see as the article: its heading, and what stands around it.

Pages show many other articles beside their own, with authors, dates and pictures. What belongs to those is
left out: parts that are named so (“related”, “comments”), and cards, which have a linked heading of
their own.
"""

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.pages.headlines import same_headline
from newsletter.pages.html_tree import Element, names_of, text_of
from newsletter.pages.plain import letters, plain_line

MOST_ELEMENTS = 20_000
MOST_IN_HEAD = 400  # elements after the heading, among which byline and date stand
BODY_PARAGRAPHS = 3  # after so many long ones the head of an article is over
LONG_PARAGRAPH = 160
_OTHER = re.compile(
    r"related|recommend|read-?more|more-?(?:stories|news|from|on)|also-?read|teaser|promo|sidebar|"
    r"side-bar|comment|"
    r"newsletter|trending|popular|most-?read|latest|footer|navbar|nav-|-nav\b|menu|breadcrumb|widget|"
    r"outbrain|"
    r"taboola|share-|social|subscribe|advert|cookie|consent|next-post|prev-post|ticker|"
    r"weiterlesen|"
    r"mehr-zum|lire-aussi|leia-mais|leggi-anche|correlat|archive-list|upnext|up-next|jp-relatedposts|"
    r"review|testimonial|rating|\bevent-|reply|replies|\bannouncement|author-?spotlight|author-?bio|author-?box|about-the-author",
)
MOST_SIBLINGS = 60
MOST_ABOVE = 25  # elements before the heading that may still belong to it
_DATE_OR_AUTHOR = re.compile(r"date|time|datum|fecha|author|autor|auteur|byline")
_META = re.compile(r"meta|byline|author|info|article-head")
_SITE_NAME = re.compile(r"logo|site-?title|site-?name|masthead|brand|blog-?title|site-header|sitename")
_HEADLINE = re.compile(r"headline|title|heading|titre|titulo|titolo|überschrift|entry-name")


class ArticleView:
    """The elements of a page that belong to its article, in the order in which they are read."""

    def __init__(self, tree: Element, titles: list[str], outlet: str) -> None:
        body = tree.find(".//body")
        self.body = tree if body is None else body
        self.heading = self._find_heading(titles, outlet)
        self.above = set(self.heading.iterancestors()) if self.heading is not None else {self.body}
        self.own = list(self._walk())
        self._cards: dict[Element, bool] = {}

    @property
    def headline(self) -> str:
        """The text of the heading, without a kicker in an element of its own."""
        if self.heading is None:
            return ""
        kickers = [part for part in self.heading.iterdescendants() if _is_kicker(part)]
        text = text_of(self.heading)
        for kicker in kickers:
            rest = text.removeprefix(text_of(kicker)).strip(" :|–—-")
            text = rest or text
        return plain_line(text)

    def head(self) -> Iterator[Element]:
        """The elements from a little before the heading to the third paragraph after it."""
        start = self.own.index(self.heading) if self.heading in self.own else 0
        yield from self.own[start : start + MOST_IN_HEAD] if start == 0 else self._around(start)

    def is_card(self, element: Element) -> bool:
        """Whether `element` belongs to a card that leads to another article."""
        if element is None or element in self.above or element is self.body:
            return False
        if element not in self._cards:
            is_card = _is_card(element) or _is_one_of_many(element)
            self._cards[element] = is_card or self.is_card(element.getparent())
        return self._cards[element]

    def _around(self, start: int) -> Iterator[Element]:
        paragraphs = 0
        for element in self.own[start : start + MOST_IN_HEAD]:
            paragraphs += element.tag == "p" and len(text_of(element)) >= LONG_PARAGRAPH
            if paragraphs >= BODY_PARAGRAPHS:
                break
            yield element
        for element in self.own[max(0, start - MOST_ABOVE) : start]:
            if not _is_site(element) and not self._is_in_site_header(element):
                yield element

    def _is_in_site_header(self, element: Element) -> bool:
        above = (part for part in (element, *element.iterancestors()) if part not in self.above)
        return any(part.tag == "header" or re.search(r"today|current-date", names_of(part)) for part in above)

    def _find_heading(self, titles: list[str], outlet: str) -> Element | None:
        """The `h1` of the article: one that says what a title says, one that is named so, or the only one."""
        headings = [h1 for h1 in self._all("h1") if self._may_be_heading(h1, outlet)]
        for heading in headings:
            if any(same_headline(text_of(heading), title) for title in titles):
                return heading
        named = [h1 for h1 in headings if h1.get("itemprop") == "headline" or _HEADLINE.search(names_of(h1))]
        inside = [
            h1 for h1 in headings if any(above.tag in ("article", "main") for above in h1.iterancestors())
        ]
        if chosen := (named or inside or headings):
            return chosen[0]
        for heading in (*self._all("h2"), *self._all("h3")):
            if any(same_headline(text_of(heading), title) for title in titles):
                return heading
        return None

    def _all(self, tag: str) -> list[Element]:
        return [element for _, element in zip(range(50), self.body.iter(tag), strict=False)]

    def _may_be_heading(self, heading: Element, outlet: str) -> bool:
        text = letters(text_of(heading))
        if not text or (outlet and text == letters(outlet)):
            return False
        parents = [heading, *list(heading.iterancestors())[:2]]
        return not any(
            _SITE_NAME.search(names_of(part)) for part in parents if part.tag not in ("body", "html")
        )

    def _walk(self) -> Iterator[Element]:
        left_out: set[Element] = set()
        for number, element in enumerate(self.body.iter()):
            if number >= MOST_ELEMENTS:
                return
            if not isinstance(element.tag, str):
                continue
            if element.getparent() in left_out or self._is_other(element):
                left_out.add(element)
            else:
                yield element

    def _is_other(self, element: Element) -> bool:
        if element in self.above or element is self.heading:
            return False
        if element.tag in ("nav", "footer", "form", "select", "button", "dialog"):
            return not (element.tag == "footer" and _META.search(names_of(element)))
        names = names_of(element)
        if element.tag == "aside" and not _META.search(names):
            return True
        return _OTHER.search(names) is not None


def _is_kicker(element: Element) -> bool:
    return (
        re.search(
            r"kicker|eyebrow|overline|dachzeile|surtitre|occhiello|topline|roofline|label|tag\b",
            names_of(element),
        )
        is not None
    )


def _is_site(element: Element) -> bool:
    return any(_SITE_NAME.search(names_of(part)) for part in [element, *list(element.iterancestors())[:3]])


def _is_card(part: Element) -> bool:
    headings = ("h2", "h3", "h4", "h5")
    if part.tag in ("article", "li") and part.find(".//a") is not None:
        return any(part.find(f".//{tag}") is not None for tag in headings)
    return any(
        part.find(f".//{tag}//a") is not None or part.find(f".//a//{tag}") is not None for tag in headings
    )


def _is_one_of_many(part: Element) -> bool:
    """Whether `part` is an entry of a list: another of its kind, too, has a link and a date or author."""
    name = part.get("class")
    parent = part.getparent()
    if not name or parent is None or part.tag not in ("div", "section", "article", "li", "tr", "td"):
        return False
    siblings = islice(parent.iterchildren(part.tag), MOST_SIBLINGS)
    alike = [other for other in siblings if other.get("class") == name and other.find(".//a") is not None]
    return part in alike and sum(_has_date_or_author(other) for other in alike[:5]) > 1


def _has_date_or_author(part: Element) -> bool:
    parts = islice(part.iterdescendants(), MOST_SIBLINGS)
    return any(child.tag == "time" or _DATE_OR_AUTHOR.search(names_of(child)) for child in parts)

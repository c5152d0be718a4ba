"""HTML of others as a tree, within bounds of time and memory whatever it holds."""

import re
from dataclasses import dataclass
from typing import Any

# A tree takes some ten times the memory of its text. News pages have less than half of this without their
# scripts, and metadata stand at the beginning, except JSON-LD, which is looked for in the whole page.
LONGEST_MARKUP = 1_000_000
LONGEST_SCRIPT = 300_000
MOST_SCRIPTS = 30
MOST_REMOVED = 20_000  # scripts, styles, comments

_OPENING = re.compile(r"<!--|<(script|style|svg|template)\b", re.IGNORECASE)
_CLOSING = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "svg", "template")
} | {"": re.compile("-->")}
_JSON_LD = re.compile(r"application/ld\+json", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript\b[^>]{0,500}>", re.IGNORECASE)

Element = Any  # lxml has no types


@dataclass(frozen=True)
class HtmlPage:
    """A page's visible markup as text and as a tree, and the texts of its JSON-LD scripts."""

    tree: Element
    markup: str
    json_ld: tuple[str, ...]


def parse_html(html: str) -> HtmlPage:
    """Parse what may be no HTML at all: the tree always has an `html` element."""
    import lxml.html

    markup, scripts = _separate(html.replace("\0", ""))
    markup = _NOSCRIPT.sub("", markup[:LONGEST_MARKUP])
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:  # it holds no element and no text
        tree = lxml.html.document_fromstring(b"<html><body></body></html>")
    return HtmlPage(tree, markup, tuple(scripts))


def _separate(html: str) -> tuple[str, list[str]]:
    """`html` without what nobody sees, and the texts of its JSON-LD scripts.

    By hand, as one pattern from opening to closing is quadratic where nothing is ever closed.
    """
    visible: list[str] = []
    scripts: list[str] = []
    never_closed: set[str] = set()
    position = 0
    for _ in range(MOST_REMOVED):
        opening = _OPENING.search(html, position)
        if opening is None:
            break
        name = (opening[1] or "").lower()
        closing = None if name in never_closed else _CLOSING[name].search(html, opening.end())
        visible.append(html[position : opening.start()])
        if closing is None:
            never_closed.add(name)
            visible.append("<!" if not name else "<x-")  # the parser would take all the rest for its content
            position = opening.end()
            continue
        if name == "script" and len(scripts) < MOST_SCRIPTS:
            attributes, _, text = html[opening.end() : closing.start()].partition(">")
            if _JSON_LD.search(attributes) and len(text) <= LONGEST_SCRIPT:
                scripts.append(text)
        position = closing.end()
    return "".join([*visible, html[position:]]), scripts


def text_of(element: Element) -> str:
    """The text of `element` and all in it, with a space where a block or a line begins and ends."""
    from lxml.etree import iterwalk

    parts: list[str] = []
    for event, part in iterwalk(element, events=("start", "end")):
        if isinstance(part.tag, str) and part.tag in _BREAKING:
            parts.append(" ")
        text = part.text if event == "start" else part.tail
        if text and not (event == "end" and part is element):
            parts.append(text)
        if len(parts) > MOST_PARTS:
            break
    return " ".join("".join(parts).split())


MOST_PARTS = 4_000
_BREAKING = frozenset(
    [
        "br",
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "figure",
        "figcaption",
        "table",
        "tr",
        "td",
        "address",
        "blockquote",
        "img",
    ]
)


def names_of(element: Element) -> str:
    """The classes, id, test ids and `rel` of `element` in lower case: what its makers call it."""
    get = element.get
    return " ".join(
        value
        for name in ("class", "id", "data-testid", "data-component", "data-qa", "rel")
        if (value := get(name))
    ).lower()[:500]

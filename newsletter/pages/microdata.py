"""Microdata of a page (https://html.spec.whatwg.org/multipage/microdata.html), as nodes of schema.org."""

from itertools import islice
from typing import Any

from newsletter.pages.html_tree import Element
from newsletter.pages.schema_org import ARTICLES, Node, Nodes

MOST_ITEMS = 200
MOST_PROPERTIES = 150  # each costs a copy of its element


def read_microdata(tree: Element, url: str) -> Nodes:
    """The articles that the markup describes, and all nodes in them."""
    nodes: list[Node] = []
    for element in islice(tree.iterfind(".//*[@itemtype]"), MOST_ITEMS):
        kinds = element.get("itemtype", "").split()
        if not nodes and any(kind.endswith(ARTICLES) for kind in kinds) and _outermost(element):
            nodes += _read(element, url)
    return Nodes(nodes)


def _outermost(element: Element) -> bool:
    return all(
        not (above.get("itemprop") and above.get("itemscope") is not None)
        for above in element.iterancestors()
    )


def _read(element: Element, url: str) -> list[Node]:
    from copy import deepcopy

    from extruct.w3cmicrodata import MicrodataExtractor

    parts = islice(element.iterfind(".//*[@itemprop]"), MOST_PROPERTIES + 1)
    scopes = islice(element.iterfind(".//*[@itemscope]"), MOST_PROPERTIES + 1)
    if max(len(list(parts)), len(list(scopes))) > MOST_PROPERTIES:
        return []
    article = deepcopy(element)
    article.tail = None
    for part in article.findall(".//*[@itemprop]"):
        _prepare(part)
    try:
        return [_node(item) for item in MicrodataExtractor().extract_items(article, url)[:1]]
    except (ValueError, RecursionError):
        return []


def _prepare(part: Element) -> None:
    """Keep what an author's link says rather than where it leads; the text of the article is not wanted."""
    names = part.get("itemprop").split()
    if "articleBody" in names or "text" in names or "comment" in names:
        part.attrib.pop("itemprop")
    elif (
        part.tag == "a" and part.get("itemscope") is None and {"author", "name", "creator"} & set(names)
    ) or (part.tag == "time" and not part.get("datetime")):
        part.tag = "span"


def _node(item: Any) -> Any:
    """An item of extruct with the keys of JSON-LD."""
    if isinstance(item, list):
        return [_node(part) for part in item]
    if not isinstance(item, dict):
        return item
    properties = item.get("properties")
    if not isinstance(properties, dict):
        return {"@type": item.get("type"), "name": item.get("value")}
    return {"@type": item.get("type"), **{name: _node(value) for name, value in properties.items()}}

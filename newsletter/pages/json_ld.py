"""JSON-LD of a page (https://www.w3.org/TR/json-ld11/), as the makers of pages really write it."""

import json
import re
from typing import Any

from newsletter.pages.schema_org import Node, Nodes, as_list

MOST_NODES = 500
LONGEST_LENIENT = 100_000  # characters of all scripts together that are read by lenient rules, which is slow
_WRAPPING = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*;?\s*$")
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed", "article")


def read_json_ld(scripts: tuple[str, ...]) -> Nodes:
    """The nodes of all scripts; a script that is no JSON, even by lenient rules, is left out."""
    nodes: list[Node] = []
    lenient = LONGEST_LENIENT
    for script in scripts:
        values = _load_strictly(script)
        if values is None:
            lenient -= len(script)
            values = _load(script) if lenient >= 0 else []
        for value in values:
            _collect(value, nodes, 0)
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return Nodes(nodes, by_id)


def says_paid(nodes: Nodes) -> bool:
    """Whether a page declares that its article is not free to read."""
    values = [value for node in nodes.nodes for value in as_list(node.get("isAccessibleForFree"))]
    return any(
        str(value).strip().lower() in ("false", "no", "0", "http://schema.org/false") for value in values
    )


def _load_strictly(script: str) -> list[Any] | None:
    try:
        value = json.loads(script, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else [value]


def _load(script: str) -> list[Any]:
    """The values of a script; comments and commas too many are read over (by extruct)."""
    from extruct.jsonld import JsonLdExtractor
    from lxml.html import Element

    element = Element("script", type="application/ld+json")
    for text in (script, _without_breaks(script)):
        try:
            element.text = _WRAPPING.sub("", _WRAPPING.sub("", text.strip())).strip().rstrip(";")
            return list(JsonLdExtractor().extract_items(element))
        except (ValueError, RecursionError, TypeError):
            continue
    return []


def _without_breaks(script: str) -> str:
    """`script` with spaces for the control characters that JSON does not allow inside of texts."""
    return re.sub(r"[\x00-\x1f]+", " ", script)


def _collect(value: Any, nodes: list[Node], depth: int) -> None:
    if isinstance(value, list) and depth < 4:
        for item in value[:MOST_NODES]:
            _collect(item, nodes, depth + 1)
    elif isinstance(value, dict) and len(nodes) < MOST_NODES and depth < 6:
        nodes.append(value)
        for name in _NESTED:
            if isinstance(value.get(name), dict | list):
                _collect(value[name], nodes, depth + 1)

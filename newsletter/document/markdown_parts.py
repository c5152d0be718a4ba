"""The small forms inside a Markdown text: a link entry, a lone image, a quotation with its author."""

import re
from typing import Any
from unicodedata import category

from markdown_it.tree import SyntaxTreeNode

from newsletter.document.markdown_tree import (
    BREAKS,
    WORDS,
    Nodes,
    inline_of,
    paragraph,
    plain_text,
    rich_text,
    text_node,
    without_empty,
    words,
)

LONGEST_OUTLET = 120

_JOIN = re.compile(r"^\s*(?:[–—:]|-{1,2}(?=\s))?\s*")
_ENDED = re.compile(r"[.!?…:;。！？؟۔।][\"'”’»›)\]]*$")
_AUTHOR_MARK = re.compile(r"\s*(?:—|–|―|--)\s*")
_HANDLE = re.compile(r"\s*\((?P<handle>@[^\s()]+)\)")
_PERMALINK = re.compile(r",?\s*(?P<url>https?://[^\s<>]*[^\s<>,;.])[,;.]?\s*$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def item_of(entry: SyntaxTreeNode) -> dict[str, Any] | None:
    """The item of a list entry that begins with a link, None for any other entry."""
    first, others = (entry.children[0], entry.children[1:]) if entry.children else (None, [])
    nodes = inline_of(first) if first and first.type == "paragraph" else []
    link = nodes[0] if nodes else None
    while link and link.type in ("strong", "em") and len(inside := without_empty(link.children)) == 1:
        link = inside[0]
    if not link or link.type != "link":
        return None
    item: dict[str, Any] = {"headline": words(link.children), "url": str(link.attrs["href"])}
    rest = _without_join(nodes[1:])
    blocks = [*([paragraph(rest)] if rest else []), *others]
    outlet = _take_outlet(blocks)
    if outlet:
        item["provenance"] = {"outlet": outlet}
    blurb = rich_text(blocks)
    return item | ({"blurb": blurb} if blurb else {})


def image_of(block: SyntaxTreeNode) -> dict[str, Any] | None:
    """The image section of a paragraph that holds one image and at most an italic caption, else None."""
    nodes = inline_of(block) if block.type == "paragraph" else []
    first = nodes[0] if nodes else None
    url = ""
    if first and first.type == "link" and len(first.children) == 1:
        url, first = str(first.attrs["href"]), first.children[0]
    if not first or first.type != "image":
        return None
    below = nodes[1:]
    if below and [node.type for node in below] not in (["softbreak", "em"], ["hardbreak", "em"]):
        return None
    if any(node.type in ("link", "image") for outer in below for node in outer.walk()):
        return None
    fields = {"src": str(first.attrs["src"]), "alt": words(first.children)}
    caption = " ".join(filter(None, [words(below), str(first.attrs.get("title", ""))]))
    section: dict[str, Any] = {
        "type": "image",
        "image": fields | ({"caption": caption} if caption else {}),
    }
    return section | ({"url": url} if url else {})


def quote_of(block: SyntaxTreeNode) -> dict[str, Any]:
    """The quotation in a block quote; what a last line says that begins with a dash becomes fields."""
    blocks = list(block.children)
    author = _take_author(blocks)
    return {"text": plain_text(blocks)} | (_author_fields(author) if author else {})


def _without_join(nodes: Nodes) -> list[SyntaxTreeNode]:
    """What stands after a headline, without the dash or colon that joins it."""
    left = list(nodes)
    while left and left[0].type in BREAKS:
        del left[0]
    if left and left[0].type == "text":
        left[0] = text_node(_JOIN.sub("", left[0].content, count=1))
    return left


def _take_outlet(blocks: list[SyntaxTreeNode]) -> str:
    """The outlet in parentheses at the very end of `blocks`, which it is taken from; empty without one."""
    if not blocks or blocks[-1].type != "paragraph":
        return ""
    nodes = inline_of(blocks[-1])
    inside = ""
    for index in reversed(range(len(nodes))):
        node = nodes[index]
        if node.type not in WORDS | {"em"} or (not inside and not _closes(node)):
            return ""
        before, bracket, after = node.content.rpartition("(") if node.type == "text" else ("", "", "")
        if bracket:
            inside = after + inside
            kept = [*nodes[:index], text_node(before.rstrip())]
            outlet = " ".join(inside.rstrip().removesuffix(")").split())
            if not _is_outlet(outlet, words(kept)):
                return ""
            blocks[-1:] = [paragraph(kept)] if words(kept) else []
            return outlet
        inside = words([node]) + inside if node.type == "em" else node.content + inside
    return ""


def _closes(node: SyntaxTreeNode) -> bool:
    return node.type == "text" and node.content.rstrip().endswith(")")


def _is_outlet(inside: str, before: str) -> bool:
    """Whether the words in parentheses after `before` name an outlet and do not belong to a sentence."""
    if not 0 < len(inside) <= LONGEST_OUTLET or ")" in inside:
        return False
    if not before or _ENDED.search(before):
        return True
    after_number = before[-1].isdigit() or before[-1] in "%‰№#" or category(before[-1]) == "Sc"
    counts = any(category(character) == "Sc" for character in inside)
    return not after_number and not counts and not inside[0].islower()


def _take_author(blocks: list[SyntaxTreeNode]) -> list[SyntaxTreeNode]:
    """The last line of a quotation, without its dash, if it names the author; it is taken from `blocks`."""
    if not blocks or blocks[-1].type != "paragraph":
        return []
    nodes = inline_of(blocks[-1])
    starts = [0, *(index + 1 for index, node in enumerate(nodes) if node.type in BREAKS)]
    last = nodes[starts[-1] :]
    if len(blocks) == 1 and len(starts) == 1:
        return []  # somebody's words that begin with a dash
    if not _begins_with_dash(last) or (len(starts) > 1 and _begins_with_dash(nodes[starts[-2] :])):
        return []  # in a dialogue every line begins with one
    blocks[-1:] = [paragraph(nodes[: starts[-1] - 1])] if len(starts) > 1 else []
    return [text_node(_AUTHOR_MARK.sub("", last[0].content, count=1)), *last[1:]]


def _begins_with_dash(line: Nodes) -> bool:
    return bool(line) and line[0].type == "text" and _AUTHOR_MARK.match(line[0].content) is not None


def _author_fields(line: Nodes) -> dict[str, Any]:
    """`Mira Olsen (@mira), Mastodon, 2026-05-13, https://…` as fields of a quote."""
    quote: dict[str, Any] = {}
    links = [node for node in line if node.type == "link"]
    if links:
        quote["permalink"] = str(links[-1].attrs["href"])
    said = "".join(_said(node, linked=node in links[:-1]) for node in line)
    permalink = _PERMALINK.search(said)
    if permalink and quote.setdefault("permalink", permalink["url"]) == permalink["url"]:
        said = said[: permalink.start()]
    handle = _HANDLE.search(said)
    if handle:
        quote["handle"] = handle["handle"]
        said = said.replace(handle[0], "", 1)
    name, *others = [part.strip() for part in said.split(",") if part.strip()] or [""]
    quote["author"] = name
    day = next((part for part in others if _DAY.fullmatch(part)), "")
    if day:
        quote["date"] = day
        others.remove(day)
    return quote | ({"network": ", ".join(others)} if others else {})


def _said(node: SyntaxTreeNode, *, linked: bool) -> str:
    said = node.content if node.type in WORDS else words([node])
    return f"{said} ({node.attrs['href']})" if linked else said

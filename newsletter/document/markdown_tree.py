"""A Markdown file as a tree (CommonMark 0.31 and tables), and its words in the small Markdown of text fields.

The small Markdown has no references, no autolinks and no HTML: what a file says with them is written anew.
"""

from collections.abc import Callable, Sequence
from functools import cache
from re import sub
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from newsletter.document.merge import TOKENS
from newsletter.document.richtext import AnyScheme, escape, to_html, to_plain

Nodes = Sequence[SyntaxTreeNode]
Spelling = Callable[[str], str]

BREAKS = frozenset({"softbreak", "hardbreak"})
WORDS = frozenset({"text", "text_special"})  # text_special: an escaped character or an entity
_DEEPEST = 100  # beyond it markdown-it leaves text out


def parse(text: str) -> tuple[SyntaxTreeNode, dict[str, Any]]:
    """The tree of `text`, and what the parser noted down: `references` and `duplicate_refs`."""
    notes: dict[str, Any] = {}
    return SyntaxTreeNode(_parser().parse(text, notes)), notes


def rich_text(blocks: Nodes, source: str = "") -> str:
    """Paragraphs and lists in the small Markdown: as `source`, or without escapes, if that means the same."""
    exact = _written(blocks, escape)
    wanted = to_html(exact, TOKENS)
    candidates = (source, _written(blocks, str))
    return next((text for text in candidates if text and to_html(text, TOKENS) == wanted), exact)


def plain_text(blocks: Nodes) -> str:
    """Paragraphs and lists without any marks, the addresses of links in parentheses."""
    return to_plain(_written(blocks, escape), TOKENS)


def words(nodes: Nodes) -> str:
    """The bare words of what stands in one line."""
    return " ".join("".join(map(_words, nodes)).split())


def paragraph(nodes: Nodes) -> SyntaxTreeNode:
    """A paragraph of these inline nodes."""
    tokens = [token for node in nodes for token in node.to_tokens()]
    inline = Token("inline", "", 0, children=tokens, content="", map=[0, 1], level=1, block=True)
    return SyntaxTreeNode([Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)])[0]


def text_node(content: str) -> SyntaxTreeNode:
    """Inline text."""
    return SyntaxTreeNode([Token("text", "", 0, content=content)])[0]


def inline_of(block: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """The inline nodes of a paragraph or heading."""
    return [node for inline in block.children for node in without_empty(inline.children)]


def without_empty(nodes: Nodes) -> list[SyntaxTreeNode]:
    """`nodes` without the empty texts that the parser leaves beside marks."""
    return [node for node in nodes if node.type != "text" or node.content]


class _AddressesAsTyped(AnyScheme):
    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's own name
        return url


@cache
def _parser() -> MarkdownIt:
    parser = _AddressesAsTyped("commonmark", {"maxNesting": _DEEPEST, "store_labels": True})
    # Both are there to be refused. Escaped characters stay apart, so that an escaped parenthesis is told.
    return parser.enable(["table", "strikethrough"]).disable("text_join")


def _words(node: SyntaxTreeNode) -> str:
    if node.type in BREAKS:
        return " "
    return "".join(map(_words, node.children)) if node.children else node.content


def _written(blocks: Nodes, spell: Spelling) -> str:
    return "\n\n".join(_block(block, spell) for block in blocks)


def _block(block: SyntaxTreeNode, spell: Spelling) -> str:
    if block.type in ("bullet_list", "ordered_list"):
        return _list(block, spell)
    return _inline(inline_of(block), spell)


def _list(block: SyntaxTreeNode, spell: Spelling) -> str:
    number = int(block.attrs.get("start", 1)) if block.type == "ordered_list" else None
    paragraphs = [inner for entry in block.children for inner in entry.children if inner.type == "paragraph"]
    between = "\n" if all(inner.hidden for inner in paragraphs) else "\n\n"
    entries: list[str] = []
    for entry in block.children:
        mark = f"{block.markup} " if number is None else f"{number + len(entries)}{block.markup} "
        body = between.join(_block(inner, spell) for inner in entry.children)
        entries.append((mark + sub(r"\n(?!\n|$)", "\n" + " " * len(mark), body)).rstrip())
    return between.join(entries)


def _inline(nodes: Nodes, spell: Spelling) -> str:
    written: list[str] = []
    waiting: list[str] = []  # text that is escaped as a whole, because marks may stand across its pieces
    for node in nodes:
        if node.type in WORDS:
            waiting.append(node.content)
            continue
        written.append(spell("".join(waiting)))
        waiting.clear()
        written.append(_mark(node, spell))
    written.append(spell("".join(waiting)))
    return "".join(written).strip()


def _mark(node: SyntaxTreeNode, spell: Spelling) -> str:
    if node.type in BREAKS:
        return "\n"
    inside = _inline(node.children, spell)
    if node.type == "link":
        return f"[{inside}]({_destination(str(node.attrs['href']))})"
    return f"{node.markup}{inside}{node.markup}"


def _destination(url: str) -> str:
    """`url` as the destination of a link (CommonMark §6.3)."""
    if url.count("(") != url.count(")"):
        url = sub(r"([()])", r"\\\1", url)
    return sub(r"&(?=#?\w+;)", "&amp;", url)

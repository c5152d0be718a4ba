"""What a digest has no form for, told with its line: a Markdown file is never mailed half understood."""

import re
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from newsletter.document.errors import DocumentInvalid
from newsletter.document.markdown_parts import image_of
from newsletter.document.markdown_tree import BREAKS
from newsletter.document.richtext import DEEPEST_LIST

_HTML = "HTML is not allowed. Use Markdown, or write “\\<” for a “<”."
_REFUSED = {
    "fence": "Code blocks are not allowed.",
    "code_block": "Four spaces before a line make it a code block, which is not allowed.",
    "code_inline": "Code is not allowed. Remove the backquotes, or write “\\`” for one.",
    "table": "Tables are not allowed. Use a list instead.",
    "html_block": _HTML,
    "html_inline": _HTML,
    "s": "Strikethrough is not allowed. Remove the “~~”.",
    "image": "Put an image on its own, with empty lines around it. It cannot be inside a text.",
}
_INSIDE = {
    "heading": "A heading cannot be inside a list or quotation.",
    "hr": "A divider cannot be inside a list or quotation.",
    "blockquote": "A quotation cannot be inside a list or another quotation.",
}
_COMMENT = "Comments are not allowed. Remove this one."
_TASK = re.compile(r"\[[ xX]\]\s")
# Marks that CommonMark leaves as text because half of them is missing.
_LEFT_OVER = {
    re.compile(r"\[\^[^\]\s]+\]"): "Footnotes are not allowed. Put the note in the text.",
    re.compile(
        r"\]\("
    ): "This link is not complete. Write it like [words](https://…), without spaces inside.",
    re.compile(r"\]\[([^\[\]]*)\]"): "This link is not defined. Add a line like “[name]: https://…”.",
}


def refuse_unsupported(tree: SyntaxTreeNode, notes: dict[str, Any], above: int) -> None:
    """Raise DocumentInvalid for the first thing in `tree` that would be lost or mailed as raw Markdown.

    `notes` is what the parser noted down, `above` the number of lines above the text.
    """
    for reference in notes.get("duplicate_refs", ()):
        raise at_line(reference["map"][0] + 1 + above, "This link is defined twice.")
    used = {node.meta.get("label") for node in tree.walk() if node.type in ("link", "image")}
    for label, reference in notes.get("references", {}).items():
        line = reference["map"][0] + 1 + above
        if label.startswith("^"):
            raise at_line(line, "Footnotes are not allowed. Put the note in the text.")
        if label not in used:
            raise at_line(line, "Nothing in the text refers to this link.")
    _Refusals(above).examine(tree, 0, 0)


def at_line(number: int, sentence: str) -> DocumentInvalid:
    """The error that says what is wrong in line `number` of the file."""
    return DocumentInvalid(f"Line {number}: {sentence}", {f"line {number}": sentence})


class _Refusals:
    def __init__(self, above: int) -> None:
        self.above = above

    def examine(self, node: SyntaxTreeNode, line: int, lists: int) -> None:
        """Look at `node`, whose first line is `line` (from 0), inside `lists` lists."""
        line = node.map[0] if node.type not in ("root", "inline") and node.map else line
        lists += node.type in ("bullet_list", "ordered_list")
        sentence = self._problem(node, lists)
        if sentence:
            raise at_line(line + 1 + self.above, sentence)
        if node.parent and node.parent.type == "root" and image_of(node):
            return
        for child in node.children:
            self.examine(child, line, lists)
            if child.type in BREAKS:
                line += 1
            elif node.type in ("inline", "em", "strong", "link"):
                line += sum(inner.type in BREAKS for inner in child.walk(include_self=False))

    def _problem(self, node: SyntaxTreeNode, lists: int) -> str:
        if node.type in ("html_block", "html_inline") and node.content.lstrip().startswith("<!--"):
            return _COMMENT
        if lists > DEEPEST_LIST:
            return f"Lists can be at most {DEEPEST_LIST} levels deep."
        if node.parent and node.parent.type in ("list_item", "blockquote") and node.type in _INSIDE:
            return _INSIDE[node.type]
        if node.type == "list_item" and _TASK.match(_first_words(node)):
            return "Tick boxes are not allowed. Remove “[ ]”."
        if node.type == "text":
            return next((said for mark, said in _LEFT_OVER.items() if mark.search(node.content)), "")
        return _REFUSED.get(node.type, "")


def _first_words(entry: SyntaxTreeNode) -> str:
    return next((node.content for node in entry.walk() if node.type == "text"), "")

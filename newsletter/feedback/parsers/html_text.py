"""What a notice in HTML says, in lines; its markup is not trusted, only left out."""

import html
import re

_UNSEEN = re.compile(r"<(script|style|head|title|!--)", re.IGNORECASE)
_LINE_END = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/td|hr|p|div)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:[a-z!/][^<>]{0,2000})>", re.IGNORECASE)
_ADDRESS_IN_BRACKETS = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,255})>")
LONGEST = 100_000  # characters


def html_text(markup: str) -> str:
    """`markup` as plain text; addresses in brackets that nobody escaped are kept."""
    text = _seen(markup[:LONGEST])
    text = _ADDRESS_IN_BRACKETS.sub(r" \1 ", text)
    text = _TAG.sub("", _LINE_END.sub("\n", text))
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(lines)


def _seen(markup: str) -> str:
    """`markup` without what nobody sees; what is not closed goes on to the end."""
    kept, position, lower = [], 0, markup.lower()
    while (opened := _UNSEEN.search(markup, position)) is not None:
        kept.append(markup[position : opened.start()])
        name = opened[1].lower()
        end = lower.find("-->" if name == "!--" else f"</{name}", opened.end())
        if end < 0:
            return " ".join(kept)
        position = end + (3 if name == "!--" else 0)
    return " ".join([*kept, markup[position:]])

"""Writing rich text as a person does: words, and the tools for what is bold, slanted or a link."""

import re
from collections.abc import Iterator
from typing import Protocol

from playwright.sync_api import Page, expect

TYPED = 12  # characters; longer texts come as one, as from the clipboard or a screen keyboard
PART = re.compile(
    r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|\[(?P<words>.+?)\]\((?P<url>.+?)\)"
    r"|(?P<paragraph>\n\n)|(?P<line>\n)"
)


class Marking(Protocol):
    """Of a hand: what marks what is selected or written next."""

    tab: Page

    def mark(self, tool: str) -> None:
        """Bold, Italic or Link."""


def write_rich(hand: Marking, markdown: str) -> None:
    """Write where the cursor is what the document keeps as `markdown`."""
    for kind, words, url in _parts(markdown):
        if kind == "link":
            _link(hand, words, url)
        elif kind in {"Bold", "Italic"}:
            hand.mark(kind)
            type_words(hand.tab, words)
            hand.mark(kind)
        elif kind in {"Enter", "Shift+Enter"}:
            hand.tab.keyboard.press(kind)
        else:
            type_words(hand.tab, words)


def _link(hand: Marking, words: str, url: str) -> None:
    keyboard = hand.tab.keyboard
    keyboard.insert_text(words)
    for _ in words:
        keyboard.press("Shift+ArrowLeft")
    assert hand.tab.evaluate("() => getSelection().toString()") == words
    hand.mark("Link")
    expect(hand.tab.get_by_label("URL", exact=True)).to_be_focused()
    keyboard.insert_text(url)
    keyboard.press("Enter")
    expect(hand.tab.get_by_role("dialog")).to_have_count(0)
    keyboard.press("ArrowRight")


def _parts(markdown: str) -> Iterator[tuple[str, str, str]]:
    end = 0
    for match in PART.finditer(markdown):
        if match.start() > end:
            yield "", markdown[end : match.start()], ""
        end = match.end()
        if match["words"]:
            yield "link", match["words"], match["url"]
        elif match["bold"] or match["italic"]:
            yield "Bold" if match["bold"] else "Italic", match["bold"] or match["italic"], ""
        else:
            yield "Enter" if match["paragraph"] else "Shift+Enter", "", ""
    if end < len(markdown):
        yield "", markdown[end:], ""


def type_words(tab: Page, words: str) -> None:
    """Type, where the cursor is; nothing at all deletes what is selected."""
    if not words:
        tab.keyboard.press("Delete")
    elif len(words) > TYPED:
        tab.keyboard.insert_text(words)
    else:
        tab.keyboard.type(words)

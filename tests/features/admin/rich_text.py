"""Writing rich text as a person does: words, and the tools for what is bold, slanted or a link."""

import re
from collections.abc import Iterator

from playwright.sync_api import Locator, expect

from tests.features.admin.hand import Hand, type_words

PART = re.compile(
    r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|\[(?P<words>.+?)\]\((?P<url>.+?)\)"
    r"|(?P<paragraph>\n\n)|(?P<line>\n)"
)


def write_rich(hand: Hand, field: Locator, markdown: str) -> None:
    """Write into an empty field what the document keeps as `markdown`."""
    hand.enter(field)
    expect(field).to_have_attribute("contenteditable", "true")
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


def _link(hand: Hand, words: str, url: str) -> None:
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

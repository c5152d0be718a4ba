"""I look at the issue in every form in which readers may meet it."""

import re

from playwright.sync_api import FrameLocator, Locator, expect

from newsletter.document import Document
from tests.features.admin.hand import Hand

DESK_WIDTH, PHONE_WIDTH = 680, 390  # CSS pixels
LUMINANCE = """body => {
    const [red, green, blue] = getComputedStyle(body).backgroundColor.match(/[\\d.]+/g).map(Number);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}"""


def proof(hand: Hand, document: Document, email: str, first_name: str) -> None:
    """Every form of the preview, from the desktop to one reader's own copy."""
    headline = document.sections[2].items[0].headline  # type: ignore[union-attr]
    body = _shown(hand).locator("body")
    expect(body).to_contain_text(headline)
    assert abs(body.evaluate("() => innerWidth") - DESK_WIDTH) <= 1
    light = body.evaluate(LUMINANCE)
    _switch(hand, "Phone")
    expect(body).to_contain_text(headline)
    assert body.evaluate("() => innerWidth") <= PHONE_WIDTH
    _switch(hand, "Dark")
    expect(_frame(hand)).to_have_attribute("src", _asking("scheme=dark"))
    expect(body).to_contain_text(headline)
    assert body.evaluate(LUMINANCE) < light / 3
    _switch(hand, "Inverted")
    expect(_frame(hand)).to_have_attribute("src", _asking("scheme=inverted"))
    expect(body).to_contain_text(headline)
    assert body.evaluate(LUMINANCE) < light / 3
    _switch(hand, "Inverted")
    _switch(hand, "Images off")
    expect(_frame(hand)).to_have_attribute("src", _asking("images=off"))
    expect(body).to_contain_text(headline)
    expect(body.locator("img[src]")).to_have_count(0)
    _switch(hand, "Images off")
    _switch(hand, "List preview")
    expect(_shown(hand).locator(".sender").first).to_be_visible()
    expect(body).to_contain_text("The northern line is back, dear reader")
    _switch(hand, "Plain text")
    expect(_shown(hand).locator("pre")).to_contain_text(headline)
    expect(_shown(hand).locator("pre")).to_contain_text("Dear reader,")
    hand.write(hand.tab.get_by_label("Preview as", exact=True), email)
    hand.tab.keyboard.press("Enter")
    expect(_shown(hand).locator("pre")).to_contain_text(f"Dear {first_name},")
    _switch(hand, "Invent a reader")
    hand.write(hand.tab.get_by_label("Name", exact=True), "Zora Vale")
    hand.tab.keyboard.press("Enter")
    expect(_shown(hand).locator("pre")).to_contain_text("Dear Zora,")
    _switch(hand, "Invent a reader")
    _switch(hand, "Desktop")
    expect(body).to_contain_text(f"Dear {first_name},")


def _switch(hand: Hand, form: str) -> None:
    hand.press(hand.tab.locator(".preview").get_by_role("button", name=form, exact=True))


def _frame(hand: Hand) -> Locator:
    return hand.tab.locator(".preview-stage iframe").last


def _shown(hand: Hand) -> FrameLocator:
    return hand.tab.frame_locator(".preview-stage iframe").last


def _asking(what: str) -> re.Pattern[str]:
    return re.compile(re.escape(what))

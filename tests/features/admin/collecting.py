"""During the week I collect links from a site of the tests; on the day they become stories of the issue."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, expect
from pypdf import PdfWriter

from newsletter.document import Document
from newsletter.document.item import Item
from tests.features.admin.entering import go_to
from tests.features.admin.hand import Hand, Keyboard, Mouse, attach
from tests.servers.news_pages import Story, feed, news_pages, opml
from tests.servers.site import Answer, Site, html

TROUBLE = Path(__file__).parents[2] / "pages" / "fixtures" / "trouble"
COALITION = "The Lantern Coalition"
IN_FEED = 9  # of the stories of the section Latest; the others are pasted
PICTURE = "/lighthouse.jpg"
# What somebody read elsewhere, because the site does not show it where this server is.
REFUSED = Story("/2026/05/11/sleeper", "A night on the sleeper to the coast", outlet="", byline="Jonas Weir")
READ = "The first sleeper in a decade left at ten. Twelve berths were set aside for night nurses. " * 4
# What each page that does not answer well says in the inbox.
TROUBLES = {
    "/2026/05/11/ferry-fares": ("paywall-declared.html", "paywall"),
    "/2026/05/11/harbour-budget": ("consent.html", "consent"),
}


class News(Site):
    """The pages of a digest's stories, of six makes, and pages that do not answer well."""

    def __init__(self, digest: Document, picture: Path) -> None:
        super().__init__()
        self.stories, self.latest = self._stories(digest)
        self.pages.update(news_pages(self.stories + self.latest))
        self.pages[REFUSED.path] = html((TROUBLE / "region-gdpr.html").read_text("utf-8"), 451)
        self.pages[PICTURE] = Answer(picture.read_bytes(), headers={"Content-Type": "image/jpeg"})
        self.pages["/feed"] = feed(COALITION, self.latest[-IN_FEED:], self.url(""))
        for path, (file, _) in TROUBLES.items():
            self.pages[path] = html((TROUBLE / file).read_text("utf-8"))
        self.pages["/old"] = html("<title>Page not found</title><h1>Page not found</h1><p>It has moved.</p>")
        self.pages["/tides.pdf"] = Answer(
            _pdf("Tide tables for May"), headers={"Content-Type": "application/pdf"}
        )

    def _stories(self, digest: Document) -> tuple[list[Story], list[Story]]:
        """Those of the section of links with the feature, and those of the section Latest."""
        by_type: dict[str, Any] = {section.type: section for section in digest.sections}
        feature = by_type["feature"]
        lead = replace(
            _story(
                Item(headline=feature.headline, url=feature.url, blurb=feature.blurb), "Strait Television"
            ),
            image=self.url(PICTURE),
            caption=feature.image.caption,
            credit=feature.image.credit.removeprefix("Photo: "),
        )
        links = [_story(item, item.provenance.outlet) for item in by_type["links"].items]
        return [lead, *links], [_story(item, COALITION) for item in by_type["latest"].items]

    @property
    def pasted(self) -> list[str]:
        """All but what the feed brings; one has the marks of a campaign, one comes twice."""
        paths = [story.path for story in (*self.stories, *self.latest[:-IN_FEED])]
        links = [self.url(path) for path in (*paths, REFUSED.path, *TROUBLES, "/old", "/tides.pdf")]
        return [f"{links[0]}?utm_source=letter&utm_medium=email", *links[1:], links[2]]


def collect(hand: Hand, other: Hand, site: News, folder: Path) -> None:
    """Twenty links from the clipboard and a feed; then nothing is being fetched any more.

    Both hands say where the feed is: the second time changes nothing.
    """
    go_to(hand, "Inbox")
    hand.write(hand.tab.get_by_label(re.compile(r"^\s*Paste links")), "This week:\n" + "\n".join(site.pasted))
    hand.press(hand.tab.get_by_role("button", name="Add to inbox"))
    expect(hand.tab.locator(".inbox-row")).to_have_count(len(site.pasted) - 1)
    hand.press(hand.tab.get_by_role("link", name="Feeds").first)
    for each in (hand, other):
        name_feed(each, site.url("/feed"), folder)
        expect(hand.tab.get_by_role("row").filter(has_text=site.url("/feed"))).to_have_count(1)
    wait_for_entries(hand, len(site.pasted) - 1 + IN_FEED)


def name_feed(hand: Hand, url: str, folder: Path) -> None:
    """By keyboard its address, by mouse a file that another reader of feeds wrote."""
    if isinstance(hand, Keyboard):
        hand.write(hand.tab.get_by_label(re.compile(r"^\s*Address of a feed")), url)
        hand.press(hand.tab.get_by_role("button", name="Add feed"))
    else:
        file = folder / "feeds.opml"
        file.write_text(opml(COALITION, url), encoding="utf-8")
        attach(hand, hand.tab.get_by_label(re.compile("OPML file from another")), file)
        hand.press(hand.tab.get_by_role("button", name="Import feeds"))


def wait_for_entries(hand: Hand, count: int) -> None:
    """Until so many wait in the inbox, and each page was read."""
    for _ in range(60):
        go_to(hand, "Inbox")
        if hand.tab.locator(".inbox-row").count() == count:
            break
        hand.tab.wait_for_timeout(500)
    expect(hand.tab.locator(".inbox-row")).to_have_count(count)
    expect(hand.tab.get_by_text("Fetching…")).to_have_count(0)


def tidy(hand: Hand, other: Hand) -> None:
    """One page is read elsewhere and pasted; what is of no use is discarded, half of it by each hand."""
    for path, (_, words) in TROUBLES.items():
        expect(_row(hand, path).locator(".inbox-state")).to_contain_text(words)
    refused = _row(hand, REFUSED.path)
    expect(refused.locator(".inbox-state")).to_contain_text("not available where this server is")
    hand.press(refused.locator(".issue-title"))
    text = f"{REFUSED.headline}\nBy {REFUSED.byline}\n\n{READ}"
    hand.write(hand.tab.get_by_label(re.compile(r"^\s*Copy everything")), text)
    hand.press(hand.tab.get_by_role("button", name="Fill in the fields"))
    expect(hand.tab.get_by_role("textbox", name="Headline")).to_have_value(REFUSED.headline)
    go_to(hand, "Inbox")
    waiting = hand.tab.locator(".inbox-row").count()
    for number, (each, useless) in enumerate(((hand, [*TROUBLES]), (other, ["/old", "Tide tables"])), 1):
        choose(each, useless)
        discard(each)
        expect(hand.tab.get_by_text("2 entries were discarded.")).to_be_visible()
        expect(hand.tab.locator(".inbox-row")).to_have_count(waiting - 2 * number)


def choose(hand: Hand, which: list[str]) -> None:
    """The rows with these words: by mouse at their boxes, by keyboard with j, k and x."""
    for words in which:
        row = _row(hand, words)
        if isinstance(hand, Mouse):
            hand.tick(row.get_by_role("checkbox"))
            continue
        for _ in range(hand.tab.locator(".inbox-row").count()):
            hand.tab.keyboard.press("j")
            if row.evaluate("row => row.contains(document.activeElement)"):
                break
        hand.tab.keyboard.press("x")
        expect(row.get_by_role("checkbox")).to_be_checked()
        for _ in range(hand.tab.locator(".inbox-row").count()):
            hand.tab.keyboard.press("k")


def discard(hand: Hand) -> None:
    if isinstance(hand, Mouse):
        hand.press(hand.tab.get_by_role("button", name="Discard"))
    else:
        hand.tab.keyboard.press("#")


def place(hand: Hand, outlet: str, target: str) -> None:
    """All that waits from one outlet goes to the section that the list calls `target`."""
    go_to(hand, "Inbox")
    hand.choose(hand.tab.get_by_label("Outlet"), outlet)
    hand.press(hand.tab.get_by_role("button", name="Filter"))
    expect(hand.tab).to_have_url(re.compile("outlet=."))
    boxes = hand.tab.locator(".inbox-row").get_by_role("checkbox")
    for number in range(boxes.count()):
        hand.tick(boxes.nth(number))
    hand.choose(hand.tab.get_by_label("Section of an issue"), target)
    hand.press(hand.tab.get_by_role("button", name="Place in issue"))
    expect(hand.tab.get_by_text(re.compile("entries were placed"))).to_be_visible()


def open_inbox(hand: Hand) -> Locator:
    """The inbox beside the document."""
    hand.press(hand.tab.get_by_role("button", name="Inbox", exact=True))
    pane = hand.tab.locator(".inbox-pane")
    expect(pane.locator(".inbox-card").first).to_be_visible()
    return pane


def add(hand: Hand, pane: Locator, headline: str, section: str) -> None:
    """With the button of an entry."""
    card = pane.locator(".inbox-card").filter(has_text=headline)
    hand.pick(
        card.get_by_role("button", name=f"Add “{headline}”"),
        hand.tab.get_by_role("menuitem", name=section, exact=True),
    )
    expect(card).to_have_count(0)


def _row(hand: Hand, words: str) -> Locator:
    """The row of the inbox that has these words, or a link to this path."""
    rows = hand.tab.locator(".inbox-row")
    if words.startswith("/"):
        return rows.filter(has=hand.tab.locator(f'a[href$="{words}"]'))
    return rows.filter(has_text=words)


def _story(item: Item, outlet: str) -> Story:
    source = item.provenance
    published = source.published.isoformat() if source.published else ""
    path = urlsplit(item.url).path
    return Story(path, item.headline, outlet, item.blurb, source.byline, published)


def _pdf(title: str) -> bytes:
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": title})
    writer.write(file)
    return file.getvalue()

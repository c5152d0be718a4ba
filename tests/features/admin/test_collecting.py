"""Collected links become the digest, which a second person approves: by mouse and by keyboard.

What `test_journey` does by keyboard is done by mouse here; in `make soak` each does everything.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.document import Document, loads
from tests.extent import usual
from tests.factories import REFERENCE_DIGEST
from tests.features import story
from tests.features.admin import collecting, composing, correcting, entering, reviewing, sending
from tests.features.admin.collecting import REFUSED, News
from tests.features.admin.conftest import EVERYTHING, HANDS
from tests.features.admin.hand import Hand
from tests.features.conftest import Install
from tests.features.looking import open_tab
from tests.processes import Installation, wait_until

pytestmark = pytest.mark.browser

DIGEST = loads(REFERENCE_DIGEST.read_text(encoding="utf-8"))
READERS = {f"reader{number}@readers.example": "" for number in range(12)}
UNFINISHED, WRITTEN = "TK", "Dear reader, it was a week of small doors opening."
TESTER = "tester@press.example"
# For what is done in the admin each day, and for what this story is about.
WAYS = usual(
    [("mouse, keyboard", "sqlite")],
    soak=[("mouse, mouse", "sqlite"), ("keyboard, keyboard", "postgresql")],
)


@pytest.fixture
def site(picture: Path) -> Iterator[News]:
    with News(DIGEST, picture) as started:
        yield started


@pytest.fixture
def installation(install: Install, site: News) -> Installation:
    made = install("", FETCH_PRIVATE_HOSTS=site.host)
    story.begin(made, READERS)
    made.start(*EVERYTHING, "fetch")
    return made


@pytest.mark.parametrize(("ways", "database"), WAYS, indirect=["database"])
def test_from_twenty_links_to_a_digest_that_was_approved_sent_and_corrected(
    ways: str,
    tab: Page,
    chrome: Browser,
    installation: Installation,
    site: News,
    picture: Path,
    tmp_path: Path,
) -> None:
    of_each_day, of_this_story = ways.split(", ")
    daily, hand = HANDS[of_each_day](tab), HANDS[of_this_story](tab)
    other = HANDS[of_this_story](open_tab(chrome, locale="en-GB"))
    invitation = installation.ask("user", "create", reviewing.COLLEAGUE, "--role", "editor")["link"]
    entering.set_up(daily, installation)
    entering.sign_in(daily)
    reviewing.join(other, invitation)
    reviewing.set_policy(hand)
    collecting.collect(hand, daily, site, tmp_path)
    collecting.tidy(hand, daily)
    write_the_digest(daily, hand, site, picture)
    wait_until(lambda: feature(export(installation)).image)  # a job fetches it once its story is used
    check_stories(export(installation), site)
    editor = tab.url

    sending.review(daily, "Fix 1 problem")
    reviewing.answer(hand, UNFINISHED, WRITTEN)
    reviewing.request_review(hand)
    reviewing.approve(other, installation, site.stories[0].headline)
    tab.goto(editor)
    sending.review(daily)
    expect(tab.get_by_text("The text is approved as it is now")).to_be_visible()
    sending.send_test_message(daily, TESTER)
    sending.schedule(daily, installation, len(READERS))
    sending.watch(daily, sent=len(READERS), excluded=0)

    tab.goto(editor)
    check_that_a_link_is_mended(hand, installation, site)


def write_the_digest(daily: Hand, hand: Hand, site: News, picture: Path) -> None:
    """What is not on any page is typed; the stories come from the inbox. Ends in the editor."""
    composing.begin_first(daily, DIGEST.title)
    composing.compose(daily, without_stories(), picture)
    composing.wait_until_saved(daily)
    editor = hand.tab.url
    collecting.place(hand, collecting.COALITION, f"{DIGEST.title} · Latest from the Coalition")
    hand.tab.goto(editor)
    pane = collecting.open_inbox(hand)
    lead, *links = site.stories
    collecting.add(hand, pane, lead.headline, "Watch")
    collecting.add(hand, pane, REFUSED.headline, "Weekly digest")
    for each in links:
        collecting.add(daily, pane, each.headline, "Weekly digest")
    composing.wait_until_saved(hand)


def check_that_a_link_is_mended(hand: Hand, installation: Installation, site: News) -> None:
    """From the editor of the issue that was sent to where a reader's own copy leads."""
    reader = next(iter(READERS))
    wrong, right = site.url(site.stories[0].path), site.url("/lighthouse-in-full")
    assert wrong in correcting.where_links_lead(installation, reader)
    correcting.mend_link(hand, wrong, right)
    places = correcting.where_links_lead(installation, reader)
    assert (wrong in places, right in places) == (False, True)


def without_stories() -> Document:
    """The reference digest in which nothing stands that comes from a page."""
    digest = json.loads(REFERENCE_DIGEST.read_text(encoding="utf-8"))
    kept = {"text", "links", "feature", "latest"}
    digest["sections"] = [section for section in digest["sections"] if section["type"] in kept]
    for section in digest["sections"]:
        if section["type"] in {"links", "latest"}:
            section["items"] = []
        if section["type"] == "text":
            section["text"] = f"{UNFINISHED}: a greeting."
        if section["type"] == "feature":
            section.update(headline="", url="", blurb="", image=None, video=False, duration="")
    return loads(json.dumps(digest))


def check_stories(document: Document, site: News) -> None:
    """Every headline, link, outlet and byline is what its page says, and the words of the picture are."""
    by_type: dict[str, Any] = {section.type: section for section in document.sections}
    lead, *others = site.stories
    stories = (*by_type["links"].items, *by_type["latest"].items)
    written = {
        (item.headline, item.url, item.provenance.outlet, item.provenance.byline)
        for item in (by_type["feature"], *stories)
    }
    pages = (lead, *others, *site.latest, REFUSED)
    assert written == {(page.headline, site.url(page.path), page.outlet, page.byline) for page in pages}
    assert len(stories) == len(pages) - 1
    picture = by_type["feature"].image
    assert (picture.caption, picture.credit, picture.licence) == (lead.caption, lead.credit, "")


def feature(document: Document) -> Any:
    return next(section for section in document.sections if section.type == "feature")


def export(installation: Installation) -> Document:
    return loads(installation.run_cli("issue", "export", "1").stdout)

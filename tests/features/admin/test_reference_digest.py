"""The reference digest is made again from what lies in other programs: pasted, and put in order.

By mouse all of it is made, sent as a test message and read in the inbox; by finger and by keyboard what these
do in a way of their own. In `make soak` each does everything.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.document import Document, loads, walk
from tests.extent import usual
from tests.factories import REFERENCE_DIGEST
from tests.features import story
from tests.features.admin import composing, entering, sending
from tests.features.admin.conftest import STEP
from tests.features.admin.dragging import Dragger, FingerPointer, KeyMover, MousePointer, Mover
from tests.features.admin.hand import Hand
from tests.features.admin.pasting import Finger, PastingKeyboard, PastingMouse
from tests.features.admin.test_journey import export, what_it_says
from tests.features.conftest import Install
from tests.features.looking import listen, open_tab
from tests.processes import Installation

pytestmark = pytest.mark.browser

TESTER = "tester@press.example"
WAYS: dict[str, tuple[Callable[[Page], Hand], Callable[[Page], Mover], dict[str, Any]]] = {
    "mouse": (
        PastingMouse,
        lambda tab: Dragger(tab, MousePointer(tab)),
        {"viewport": {"width": 1280, "height": 900}},
    ),
    "touch": (
        Finger,
        lambda tab: Dragger(tab, FingerPointer(tab)),
        {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    ),
    "keyboard": (PastingKeyboard, KeyMover, {"viewport": {"width": 1280, "height": 900}}),
}
# Sections with lists, and how many of their entries: the others have nothing that is moved.
KINDS = {"notice", "links", "quotes", "latest"}
ENTRIES = {"notice": 3, "links": 3, "quotes": 3, "latest": 3}


@pytest.fixture
def installation(install: Install) -> Installation:
    made = install("")
    story.begin(made, {})
    made.start("web", "worker", "mailbox")
    return made


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tab(way: str, chrome: Browser, installation: Installation) -> Iterator[Page]:
    opened = open_tab(chrome, locale="en-GB", **WAYS[way][2])
    opened.set_default_timeout(STEP)
    heard = listen(opened)
    yield opened
    opened.context.close()
    assert heard == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_made_again_by_paste_and_in_order(
    way: str, tab: Page, installation: Installation, picture: Path
) -> None:
    hand, mover = WAYS[way][0](tab), WAYS[way][1](tab)
    wanted = digest() if way == "mouse" else usual(short_digest(), soak=digest())
    entering.set_up(hand, installation)
    entering.sign_in(hand)
    composing.begin_first(hand, wanted.title)
    composing.compose(hand, out_of_order(wanted), picture)
    put_in_order(tab, mover, wanted)
    composing.wait_until_saved(hand)
    assert list(what_it_says(export(installation, 1))) == list(what_it_says(wanted))
    if way == "mouse":
        the_preview_follows(hand, wanted)
        sending.review(hand, "Fix|It can be sent|No problems found")
        sending.send_test_message(hand, TESTER)
        read(tab.context.new_page(), installation, wanted)


def digest() -> Document:
    return loads(REFERENCE_DIGEST.read_text(encoding="utf-8"))


def short_digest() -> Document:
    """What has something to be put in order."""
    content = json.loads(REFERENCE_DIGEST.read_text(encoding="utf-8"))
    content["sections"] = [section for section in content["sections"] if section["type"] in KINDS]
    for section in content["sections"]:
        section["items"] = section["items"][: ENTRIES[section["type"]]]
    return loads(json.dumps(content))


def shown_in(wanted: Document) -> Document:
    """What an email shows of it: of the latest stories, some."""
    content = wanted.model_dump(mode="json")
    for section in content["sections"]:
        if section["type"] == "latest":
            section["items"] = section["items"][: section["limit"]]
    return loads(json.dumps(content))


def out_of_order(wanted: Document) -> Document:
    """As it comes in: the notice last, the latest stories early, one of them and others at a wrong place."""
    content = wanted.model_dump(mode="json")
    by_type = {section["type"]: section for section in content["sections"]}
    for kind, (one, other) in {"notice": (0, 1), "links": (0, 1), "quotes": (1, 2)}.items():
        items = by_type[kind]["items"]
        items[one], items[other] = items[other], items[one]
    by_type["links"]["items"].append(by_type["latest"]["items"].pop(0))
    notice, latest = by_type["notice"], by_type["latest"]
    others = [section for section in content["sections"] if section not in (notice, latest)]
    after = others.index(by_type["links"]) + 1
    content["sections"] = [*others[:after], latest, *others[after:], notice]
    return loads(json.dumps(content))


def put_in_order(tab: Page, mover: Mover, wanted: Document) -> None:
    """Within a list, from one to the next, and sections, upwards and downwards."""
    by_type: dict[str, Any] = {section.type: section for section in wanted.sections}
    places = [section.type for section in wanted.sections]
    at = {kind: tab.get_by_role("region", name=f": {by_type[kind].title}") for kind in KINDS}
    mover.move_entry(_entry(tab, by_type["links"].items[0].headline), at["links"], 0)
    mover.move_entry(_entry(tab, by_type["latest"].items[0].headline), at["latest"], 0)
    mover.move_entry(_entry(tab, by_type["quotes"].items[1].author), at["quotes"], 1)
    mover.move_section(at["latest"], places.index("latest") - 1)
    mover.move_section(at["notice"], places.index("notice"))
    mover.move_entry(_entry(tab, by_type["notice"].items[0].replace("*", "")), at["notice"], 0)


def _entry(tab: Page, name: str) -> Locator:
    return tab.get_by_role("group", name=re.compile(rf"^\w+ \d+: {re.escape(name[:40])}"))


def the_preview_follows(hand: Hand, wanted: Document) -> None:
    """It shows what is edited, and is still there when that was saved."""
    shown = hand.tab.frame_locator(".preview-stage iframe").last
    last = wanted.sections[-1]
    assert last.type == "button"
    hand.tab.get_by_label("Button text").click()
    expect(shown.get_by_role("link", name=last.label, exact=True)).to_be_in_viewport()
    for key, words in (("!", f"{last.label}!"), ("Backspace", last.label)):
        hand.tab.keyboard.press("End")
        hand.tab.keyboard.press(key)
        composing.wait_until_saved(hand)
        expect(shown.get_by_role("link", name=words, exact=True)).to_be_in_viewport()


def read(mailbox: Page, installation: Installation, wanted: Document) -> None:
    """In the inbox, as wide as a computer and a phone: nothing is cut off, every link is in its order."""
    subject = "[TEST] The northern line is back, dear reader"
    sending.read_test_message(mailbox, installation, subject, wanted.title)
    urls = (place.value for place in walk.links(shown_in(wanted)))
    links = list(dict.fromkeys(url for url in urls if "{{" not in url))  # whatever is the same for everybody
    for width in (1280, 390):
        mailbox.set_viewport_size({"width": width, "height": 900})
        message = mailbox.frame_locator("iframe").locator(":root")
        assert message.evaluate("root => root.scrollWidth - root.clientWidth") == 0
        found = message.locator("a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert [url for url in dict.fromkeys(found) if url in links] == links

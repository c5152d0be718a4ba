"""The admin of a whole installation, in a real browser, worked with by a hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.features import story
from tests.features.admin.hand import Hand, Keyboard, Mouse
from tests.features.conftest import Install
from tests.features.looking import listen, open_tab
from tests.processes import Installation

STEP = 30_000  # milliseconds for one thing to come or to be done, however busy the machine is
EVERYTHING = ("web", "worker", "imports", "bulk", "periodic", "beat", "mailbox")
expect.set_options(timeout=STEP)
HANDS: dict[str, Callable[[Page], Hand]] = {"mouse": Mouse, "keyboard": Keyboard}


@pytest.fixture
def installation(install: Install) -> Installation:
    """Every process, and the mailbox that catches what would leave."""
    made = install("")
    made.start(*EVERYTHING)
    return made


@pytest.fixture
def tab(chrome: Browser, installation: Installation) -> Iterator[Page]:
    """A window as wide as a desktop; what the browser complains about fails the story."""
    opened = open_tab(chrome, locale="en-GB", viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(STEP)
    heard = listen(opened)
    yield opened
    opened.context.close()
    # The editor is answered 412 with the newer document, and goes on with that, when an entry of the inbox is
    # placed while something else is on its way to the server.
    assert [line for line in heard if "412 (PRECONDITION FAILED)" not in line] == []


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """An image of the digest, as it lies on the editor's machine."""
    return story.paint_picture(tmp_path)

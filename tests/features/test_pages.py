"""As a reader I can use every page, whatever I see it with: at any width, light or dark, by ear or by keyboard."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from newsletter.smtp.mailbox.store import write_message
from tests.features.journey import Site, journey
from tests.features.looking import barriers, chromium, listen, open_tab, scrolls_sideways
from tests.processes import Installation
from tests.servers import ValkeyServer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo on embedded parts, one web server, and a message in the mailbox."""
    folder = tmp_path_factory.mktemp("pages")
    valkey = ValkeyServer(folder / "valkey")
    with Installation(folder / "var", redis_url=valkey.start(), ORGANISATION="The Lantern Press") as made:
        assert made.run_cli("db", "upgrade").exit == 0
        demo = made.ask("demo")
        facts = ("--slug", "quiet", "--name", "The Quiet Letter", "--from", "quiet@coalition.example")
        made.ask("publication", "create", *facts, "--postal-address", "1 Quay Street, Northport")
        _fill_mailbox(made, str(demo["draft"]))
        made.start("web")
        yield Site(made, demo, "quiet")
    valkey.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_every_page_is_accessible_at_every_width_in_light_and_dark(site: Site, browser: Browser) -> None:
    tab = open_tab(browser, site.url, bypass_csp=True)
    found = {}
    names = []
    for name in journey(site, tab, "ana@readers.example"):
        names.append(name)
        found[name] = barriers(tab)
    tab.context.close()
    assert {name: told for name, told in found.items() if told} == {}
    assert len(names) == len(set(names))


def test_no_page_scrolls_sideways_or_breaks_its_own_rules(site: Site, browser: Browser) -> None:
    tab = open_tab(browser, site.url)
    heard = listen(tab)
    found = {}
    for name in journey(site, tab, "bo@readers.example"):
        found[name] = [*heard, *(f"scrolls sideways at {width} px" for width in scrolls_sideways(tab))]
        heard.clear()
    tab.context.close()
    assert {name: told for name, told in found.items() if told} == {}


def _fill_mailbox(installation: Installation, issue: str) -> None:
    """The message of an issue, as the embedded mail server would have caught it."""
    message = installation.run_cli("issue", "render", issue, "--format", "eml").stdout
    write_message(
        installation.settings.mailbox_dir,
        "weekly@coalition.example",
        ["reader@example.org"],
        message.encode(),
        now=datetime.now(UTC),
        counter=0,
    )

"""As a reader I can use every page, whatever I meet it with: at any width, light or dark, by eye or by ear."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from newsletter.runtime import Runtime
from newsletter.smtp.mailbox.store import write_message
from tests.factories import make_publication
from tests.features.conftest import prepare_database
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
        prepare_database(made)
        made.start("web", wait=False)
        demo = made.ask("demo")
        _fill_mailbox(made, str(demo["draft"]))
        runtime = Runtime(made.settings)
        with runtime.session() as session:
            make_publication(session, "quiet")
            session.commit()
        runtime.engine.dispose()
        made.wait_until_ready("web")
        yield Site(made, demo, "quiet")
    valkey.kill()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_every_page_is_accessible_at_every_width_in_light_and_dark(site: Site, chrome: Browser) -> None:
    tab = open_tab(chrome, site.url, bypass_csp=True)
    found = {}
    names = []
    for name in journey(site, tab, "ana@readers.example"):
        names.append(name)
        found[name] = barriers(tab, email=name == "issue, as email")
    tab.context.close()
    assert {name: told for name, told in found.items() if told} == {}
    assert len(names) == len(set(names))


def test_no_page_scrolls_sideways_or_breaks_its_own_rules(site: Site, chrome: Browser) -> None:
    tab = open_tab(chrome, site.url)
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

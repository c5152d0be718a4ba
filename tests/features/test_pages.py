"""As a reader I can use every page, whatever I meet it with: any width, light or dark, by eye or by ear."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.exceptions import MethodNotAllowed, NotFound

from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.runtime import Runtime
from newsletter.smtp.mailbox.store import write_message
from tests.editions import the_document
from tests.factories import make_publication
from tests.features.conftest import application, prepare_database
from tests.features.journey import Site, journey
from tests.features.looking import listen, look, open_tab
from tests.processes import Installation
from tests.servers import ValkeyServer

pytestmark = pytest.mark.browser

EMAIL = "as email"
# Axe looks at one page of each kind: what it says it is, and whether it says what is wrong.
KIND = """() => [document.querySelector('h1')?.textContent,
    ...[...document.querySelectorAll('[role], [aria-invalid]')].map((one) => one.role)].join(' ')"""
OURS = ("newsletter.web.public.", "newsletter.web.dev.")
# Pictures, styles, and what programs read.
NO_PAGES = {
    *(
        "media.show",
        "og_image.show",
        "redirect.follow",
        "redirect.show_pixel",
        "sent_variant.email",
        "style.show",
        "feed.atom",
        "feed.atom_in_language",
        "feed.site_map",
        "feed.robots",
        "preferences.download",
        "subscribe_json.challenge",
        "subscribe_json.describe",
    ),
    *("dev_mailbox.html", "dev_mailbox.listing", "dev_mailbox.message_as_json"),
}


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
            make_publication(session, "quiet").suggestions = True
            several = make_publication(session, "several")
            publish_issue(session, save_document(session, several, the_document(slug="one")).revision)
            session.commit()
        runtime.engine.dispose()
        made.wait_until_ready("web")
        yield Site(made, demo, "quiet")
    valkey.kill()


def test_every_page_is_accessible_fits_and_keeps_its_own_rules(site: Site, chrome: Browser) -> None:
    tab = open_tab(chrome)
    heard = listen(tab)
    problems, seen, kinds = {}, set(), set()
    for name in journey(site, tab, "ana@readers.example"):
        is_email = name.endswith(EMAIL)
        kind = EMAIL if is_email else tab.evaluate(KIND)
        first = kind not in kinds
        found = _look_at_email(chrome, tab.url, axe=first) if is_email else look(tab, axe=first)
        problems[name] = [*heard, *found]
        heard.clear()
        kinds.add(kind)
        seen.add(urlsplit(tab.url).path)
    tab.context.close()
    assert {name: told for name, told in problems.items() if told} == {}
    with application(site.installation.settings) as app:
        assert _endpoints(app, seen) >= _pages(app)  # a page that is added is visited, too


def _look_at_email(chrome: Browser, url: str, *, axe: bool) -> list[str]:
    """Its policy is a sandbox in which no script runs at all: look at it without."""
    tab = open_tab(chrome, bypass_csp=True)
    tab.goto(url)
    found = look(tab, email=True, axe=axe)
    tab.context.close()
    return found


def _pages(app: Flask) -> set[str]:
    """The endpoint of every page for readers, and of the mailbox."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and app.view_functions[rule.endpoint].__module__.startswith(OURS)
        and rule.endpoint not in NO_PAGES
    }


def _endpoints(app: Flask, paths: set[str]) -> set[str]:
    """Where these paths lead."""
    endpoints = set()
    routes = app.url_map.bind("localhost")
    for path in paths:
        with suppress(NotFound, MethodNotAllowed):
            endpoints.add(routes.match(path)[0])
    return endpoints


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

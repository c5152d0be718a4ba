"""Look at a page in a real browser: at each width and in both schemes, with and without its own rules."""

import base64
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from tests.processes import PATIENCE

WIDTHS = (1280, 640, 390)
HEIGHT = 900
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "There is no Chromium: install it (Debian: apt install chromium) or say where it is with CHROMIUM=…"
)
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# What may change with the width and the scheme; the other rules see the same document each time.
OF_THE_LOOK = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
# An email is a document of its own, shown in the frame of a mail program: that one has the landmarks.
OF_PAGES = ["landmark-one-main", "region"]
AXE = Axe().axe_script

Findings = defaultdict[str, list[str]]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, for the block only: its event loop would be in the way of other tests."""
    named = os.environ.get("CHROMIUM")
    program = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if program is None:
        pytest.skip(NO_BROWSER)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*root, "--disable-dev-shm-usage"], timeout=PATIENCE * 1000
        )
        yield browser
        browser.close()


def open_tab(browser: Browser, origin: str, **options: Any) -> Page:
    """A tab of its own context, in which whatever lies beyond `origin` is one grey pixel."""
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE * 1000)
    _keep_home(context, origin)
    return context.new_page()


def listen(tab: Page) -> list[str]:
    """What the browser complains about from now on: refused by a policy, broken, or an error of a script."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # That the page itself is an error page is no complaint.
        about_itself = message.location["url"] == tab.url and "the server responded" in message.text
        if message.type in {"error", "warning"} and not about_itself:
            heard.append(f"{message.type}: {message.text}")

    tab.on("console", hear)
    tab.on("pageerror", lambda error: heard.append(f"uncaught: {error}"))
    return heard


def scrolls_sideways(tab: Page) -> list[int]:
    """The widths at which the page is wider than the window."""
    wide = []
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(width)
    return wide


def barriers(tab: Page, *, email: bool = False) -> list[str]:
    """What axe finds, at every width, in light and in dark. The tab must bypass the page's own policy."""
    tab.evaluate(AXE)
    found: list[str] = []
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": HEIGHT})
            options: dict[str, Any] = {"resultTypes": ["violations"]}
            if (scheme, width) not in {("light", WIDTHS[0]), ("dark", WIDTHS[-1])}:
                options["runOnly"] = {"type": "rule", "values": OF_THE_LOOK}
            elif email:
                options["rules"] = {rule: {"enabled": False} for rule in OF_PAGES}
            told = tab.evaluate("options => axe.run(document, options)", options)
            found += [f"{scheme} {width}: {line}" for line in _told(told["violations"])]
    return found


def _told(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{violation['id']}: {node['html'][:200]} ({why[:300]})"


def _keep_home(context: BrowserContext, origin: str) -> None:
    def answer(route: Route) -> None:
        if route.request.url.startswith((origin, "data:", "about:")):
            route.continue_()
        else:
            route.fulfill(content_type="image/gif", body=PIXEL)

    context.route("**/*", answer)

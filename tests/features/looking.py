"""Look at a page in a real browser: at each width, with axe and with plain eyes.

In `make soak` axe looks at every page at every width in both schemes, which takes long. Otherwise it looks
where the caller says, at the widest and the narrowest, and leaves colours to `tests/web/test_contrast.py`,
which computes them for both schemes; those of emails are in no style sheet of the pages, so it looks at them.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.extent import SOAK
from tests.features.elsewhere import elsewhere
from tests.processes import PATIENCE

WIDTHS = (1280, 640, 390)
HEIGHT = 900
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# The shell has no windows to draw: the same pages cost it a third of the processor time.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
NO_BROWSER = (
    "There is no Chromium: install it (Debian: apt install chromium) or say where it is with CHROMIUM=…"
)
# What may change with the width and the scheme; the other rules see the same document each time.
OF_THE_WIDTH = ["scrollable-region-focusable", "target-size"]
OF_THE_LOOK = ["color-contrast", "link-in-text-block", *OF_THE_WIDTH]
# Two thirds of the time that axe needs.
COMPUTED = ["color-contrast"]
# An email is a document of its own, shown in the frame of a mail program: that one has the landmarks.
OF_PAGES = ["landmark-one-main", "region"]
AXE = Axe().axe_script
# What it has to say about what is right would be most of the answer.
RUN_AXE = """async options => {
    scrollTo(0, 0);
    const { violations } = await axe.run(document, options);
    return violations.map(({ id, nodes }) => ({
        id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }));
}"""
# Each control takes the focus in turn; its ring may be drawn by its own box, or by what stands around it.
UNRINGED = """() => {
  const controls = 'a[href], button, input, select, textarea, summary, [tabindex="0"], [contenteditable]';
  const ringed = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [...document.querySelectorAll(controls)]
    .filter((one) => {
      one.focus({ preventScroll: true });
      if (document.activeElement !== one || !one.matches(':focus-visible')) return false;
      return ![null, '::before', '::after'].some((part) => ringed(getComputedStyle(one, part)));
    })
    .map((one) => one.outerHTML.slice(0, 160));
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, for the block only: its event loop would be in the way of other code."""
    named = os.environ.get("CHROMIUM")
    program = next(filter(None, map(shutil.which, [named] if named else BROWSERS)), None)
    if program is None:
        pytest.skip(NO_BROWSER)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with elsewhere() as switches, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[*root, "--disable-dev-shm-usage", *switches],
            timeout=PATIENCE * 1000,
        )
        yield browser
        browser.close()


@dataclass(frozen=True)
class KeptChromium:
    """The browser of a test process, lent to one test after the other."""

    browser: Browser
    loop: asyncio.AbstractEventLoop

    @contextmanager
    def lend(self) -> Iterator[Browser]:
        """The browser, for the block: what is open in it at the end is closed."""
        asyncio._set_running_loop(self.loop)
        try:
            yield self.browser
            for context in self.browser.contexts:
                context.close()
        finally:
            asyncio._set_running_loop(None)


@contextmanager
def keep_chromium() -> Iterator[KeptChromium]:
    """Start the browser; while nobody has borrowed it, its event loop is not in the way of other tests."""
    with chromium() as browser:
        kept = KeptChromium(browser, asyncio.get_running_loop())
        asyncio._set_running_loop(None)
        try:
            yield kept
        finally:
            asyncio._set_running_loop(kept.loop)


def open_tab(browser: Browser, **options: Any) -> Page:
    """A tab of a context of its own; `options` as for `open_context`."""
    return open_context(browser, **options).new_page()


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """Cookies, a cache and tabs that no other context knows.

    `options` go to the context: `bypass_csp=True` for a page whose policy forbids axe to run.
    """
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def listen(tab: Page) -> list[str]:
    """What the browser complains about from now on: refused by a policy, broken, or an error of a script."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # That the page itself is an error page is no complaint.
        where = message.location["url"]
        about_itself = where == tab.url and "the server responded" in message.text
        if message.type in {"error", "warning"} and not about_itself:
            heard.append(f"{message.type}: {message.text}")

    tab.on("console", hear)
    tab.on("pageerror", lambda error: heard.append(f"uncaught: {error}"))
    return heard


def look(tab: Page, *, email: bool = False, widths: tuple[int, ...] = WIDTHS, axe: bool = True) -> list[str]:
    """What is wrong with the page as it is now, at every width; `axe`: whether it looks, too.

    Axe is run as from the browser's console, so the page's policy needs no hole for it.
    """
    # The colours of an email are its own, whatever the scheme.
    schemes = SCHEMES if email or SOAK else SCHEMES[:1]
    axe = axe or SOAK
    if axe:
        tab.evaluate(AXE)
    problems: list[str] = []
    for scheme in schemes:
        if len(schemes) > 1:  # a tab begins in the light
            tab.emulate_media(color_scheme=scheme)
        for width in widths:
            resize(tab, width)
            told = [*_width(tab)]
            if axe and (SOAK or width in {widths[0], widths[-1]}):
                told += _barriers(tab, _options(scheme, width, widths, email))
            problems += [f"{scheme} {width}: {line}" for line in told]
    return problems


def resize(tab: Page, width: int) -> None:
    """Make the page so wide, in CSS pixels. To set what is set would cost as much as to change it."""
    if tab.viewport_size != {"width": width, "height": HEIGHT}:
        tab.set_viewport_size({"width": width, "height": HEIGHT})


def unringed(tab: Page) -> list[str]:
    """The controls that show no ring of 2 pixels when the keyboard gives them the focus (WCAG 2.4.7)."""
    tab.keyboard.press("Tab")  # from now on the focus is the keyboard's
    return [f"no focus ring: {control}" for control in tab.evaluate(UNRINGED)]


def _width(tab: Page) -> Iterator[str]:
    if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield "scrolls sideways"


def _options(scheme: str, width: int, widths: tuple[int, ...], email: bool) -> dict[str, Any]:
    """What axe looks for: everything once, afterwards what the width and the scheme may change."""
    # Nothing of ours plays: what would do so need not be loaded beforehand.
    options: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False, "preload": False}
    if (scheme, width) == ("light", widths[0]) or (SOAK and (scheme, width) == ("dark", widths[-1])):
        without = OF_PAGES if email else () if SOAK else COMPUTED
        return options | {"rules": {rule: {"enabled": False} for rule in without}}
    rules = OF_THE_LOOK if email or SOAK else OF_THE_WIDTH
    return options | {"runOnly": {"type": "rule", "values": rules}}


def _barriers(tab: Page, options: dict[str, Any]) -> Iterator[str]:
    """What axe finds, from the top: elsewhere a bar that stays may lie over half a button."""
    for violation in tab.evaluate(RUN_AXE, options):
        for node in violation["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{violation['id']}: {node['html'][:200]} ({why[:300]})"

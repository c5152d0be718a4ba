"""Somebody at the issue editor, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Request, Response, expect

from newsletter.document import Document
from newsletter.document.item import Item
from tests.features.looking import listen
from tests.web.installation import IssueOnServer

STORIES = ("One", "Two", "Three")


def small() -> Document:
    """Three stories and a place where they can be moved to."""
    items = tuple(Item(headline=name, url=f"https://x.example/{name.lower()}") for name in STORIES)
    return Document.model_validate(
        {
            "title": "A small issue",
            "subject": "Hello",
            "sections": (
                {"type": "links", "id": "digest", "title": "Weekly digest", "items": items},
                {"type": "latest", "id": "latest", "title": "Latest", "items": (Item(headline="Four"),)},
                {"type": "text", "id": "words", "text": "Some words."},
            ),
        }
    )


@dataclass
class Editing:
    """Somebody at the editor."""

    issue: IssueOnServer
    tab: Page
    complaints: list[str]
    patches: list[Any] = field(default_factory=list)
    """The JSON Patches that the page sent and the server saved."""
    refusals: list[Any] = field(default_factory=list)
    """What the server said about those that it did not."""

    @property
    def address(self) -> str:
        return self.issue.installation.address + self.issue.path

    def open(self) -> None:
        self.tab.goto(f"{self.address}/edit")
        expect(self.tab.locator(".document")).to_be_visible()

    def leave(self) -> None:
        """For another page of the server. The tab is as it was before, and of the next test."""
        self.tab.context.set_offline(False)
        self.tab.goto(f"{self.issue.installation.address}/healthz")
        self.tab.remove_listener("response", self.note_answer)
        self.tab.unroute_all()

    def note_answer(self, response: Response) -> None:
        request: Request = response.request
        if request.method != "PATCH":
            return
        if response.status == 200:
            self.patches.append(request.post_data_json)
        elif response.status == 400:
            self.refusals.append(request.post_data_json)

    def sign_in_again(self) -> None:
        """In another tab of this browser: the session is a new one."""
        self.tab.context.add_cookies([self.issue.installation.new_session()])  # type: ignore[list-item]

    @contextmanager
    def without_a_server(self) -> Iterator[None]:
        """The service is being restarted."""
        with self.issue.installation.away():
            yield

    def status(self, words: str) -> None:
        expect(self.tab.locator(".bar-status")).to_have_text(words)

    def headline(self, name: str) -> Locator:
        return self.entry(name).get_by_label("Headline")

    def entry(self, name: str) -> Locator:
        return (
            self.tab.locator(".entry")
            .filter(has=self.tab.get_by_label(re.compile(f": {name}$")))
            .or_(self.tab.get_by_role("group", name=re.compile(f"^story \\d+: {name}$")))
        )

    def section(self, title: str) -> Locator:
        return self.tab.get_by_role("region", name=re.compile(f": {title}$"))

    def choose(self, menu: str, choice: str) -> None:
        self.tab.get_by_role("button", name=menu, exact=True).click()
        self.tab.get_by_role("menuitem", name=re.compile(f"^{re.escape(choice)}")).click()

    def saved(self) -> Document:
        """The document that the server has once the page says so, which is told to save it now."""
        self.tab.keyboard.press("ControlOrMeta+s")
        self.status("Saved")
        return self.issue.document

    def headlines(self, section: int = 0) -> list[str]:
        return [item.headline for item in self.saved().sections[section].items]  # type: ignore[union-attr]

    def announced(self, words: str) -> None:
        expect(self.tab.locator("[data-announcement]")).to_contain_text(words)


def open_editor(window: BrowserContext, issue: IssueOnServer) -> Editing:
    """A tab in which somebody is signed in and has the issue open: the one that was left, if there is one.

    Another tab would be another process of the browser, which compiles the scripts of the page anew.
    """
    tab = window.pages[0] if window.pages else window.new_page()
    tab.set_viewport_size({"width": 1280, "height": 900})
    at = Editing(issue, tab, listen(tab))
    at.sign_in_again()
    tab.on("response", at.note_answer)
    at.open()
    return at

"""Somebody at the issue editor, in a real browser, against a small server that saves real documents."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from newsletter.document import Document
from newsletter.document.item import Item
from tests.web.editor_server import Desk

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

    desk: Desk
    tab: Page
    address: str
    complaints: list[str]

    def open(self) -> None:
        self.tab.goto(f"{self.address}/edit")
        expect(self.tab.locator(".document")).to_be_visible()

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
        """The document that the server has once the page says so."""
        self.status("Saved")
        return self.desk.document

    def headlines(self, section: int = 0) -> list[str]:
        return [item.headline for item in self.saved().sections[section].items]  # type: ignore[union-attr]

    def announced(self, words: str) -> None:
        expect(self.tab.locator("[data-announcement]")).to_contain_text(words)

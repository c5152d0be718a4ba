"""Every word of an issue that no editor typed is in the catalogues, and so in the issue's language.

A document whose own words are all Cyrillic is rendered with translations that are Cyrillic too: a Latin
letter that is left is a word that nobody could translate.
"""

import re
from gettext import NullTranslations
from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.provenance import Style
from newsletter.document.reading import read
from newsletter.document.walk import PLAIN_FIELDS, RICH_FIELDS
from newsletter.rendering.compose import template_context
from newsletter.rendering.environment import render
from newsletter.rendering.filters import Wording
from newsletter.rendering.render_input import IssueLinks, MediaImage, PublicationInput
from newsletter.rendering.slots import SlotTable
from newsletter.rendering.themes import THEMES
from scripts.catalogues import catalogues, load
from tests.rendering.issues import LINKS, issue_of

_SHOWN = ("alt", "title", "aria-label", "aria-roledescription", "placeholder")


class Cyrillic(NullTranslations):
    """Translations that are one Cyrillic letter and the placeholders; notes down what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return " ".join(["ж", *re.findall(r"%\(\w+\)s", message)])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


def cyrillic(value: Any, field: str = "") -> Any:
    """A document's values with words that nobody takes for ours."""
    if isinstance(value, dict):
        return {name: cyrillic(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [cyrillic(inner, field) for inner in value]
    return "жж жж." if isinstance(value, str) and field in PLAIN_FIELDS | RICH_FIELDS else value


def documents() -> list[Document]:
    """Every block with all that it may say, once for each way to name an outlet."""
    found: list[Document] = []
    for style in Style:
        sections: list[dict[str, Any]] = []
        for block in BLOCKS:
            section = block.example().model_dump(mode="json", exclude_defaults=True)
            for item in section.get("items", []):
                if isinstance(item, dict) and "headline" in item:
                    item["provenance"] = {"outlet": "ж", "byline": "ж", "published": "2026-05-12"}
                    item["provenance"]["style"] = style.value
                    item["blurb"] = "" if len(sections) % 2 else item.get("blurb", "")
            sections.append(section | {"type": block.key})
        bare = [
            {"type": "feature", "headline": "ж", "url": "https://x.example/", "video": True},
            {"type": "quotes", "items": [{"text": "ж", "permalink": "https://x.example/"}]},
            {"type": "sponsor", "text": "ж", "url": "https://x.example/"},
            {"type": "about", "title": "ж", "text": "ж", "url": "https://x.example/"},
        ]
        given = {"title": "ж", "subject": "ж", "preheader": "ж", "language": "ru"}
        found.append(read(given | {"sections": cyrillic(sections) + bare}))
    return found


def left_over(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", re.sub(r"https?://\S+|slotx\d+z", "", text))


def shown_in(html: str) -> str:
    tree = lxml_html.document_fromstring(html)
    for unseen in tree.xpath("//style | //script | //comment()"):
        unseen.drop_tree()
    attributes = [value for name in _SHOWN for value in tree.xpath(f"//@{name}")]
    return " ".join([tree.text_content(), *map(str, attributes)])


@pytest.fixture(scope="module")
def known() -> set[str]:
    """What the catalogues translate."""
    messages = (message.id for message in load(catalogues()["de"]) if message.id)
    return {name if isinstance(name, str) else name[0] for name in messages}


@pytest.mark.parametrize("theme", THEMES.keys())
def test_every_word_of_an_email_is_in_the_catalogues(theme: str, known: set[str]) -> None:
    publication = PublicationInput(
        "ж", "ж", "ru", "ж", "https://x.example/", MediaImage("https://x.example/l")
    )
    for document in documents():
        given = issue_of(document=document, publication=publication, theme=theme, links=LINKS)
        translations = Cyrillic()
        context = template_context(given, SlotTable(nonce="slot"))
        context["wording"] = Wording("ru", context["wording"].substitution, translations)
        folder = THEMES[theme].folder
        assert left_over(shown_in(render([f"{folder}/issue.html"], context))) == []
        assert left_over(render([f"{folder}/issue.txt", "base/issue.txt"], context)) == []
        assert translations.asked - known == set()


def test_every_language_says_who_reported_something() -> None:
    item = {"headline": "H", "blurb": "Es lief aus.", "provenance": {"outlet": "Bote", "byline": "Ana"}}
    said = {"de": "Von Ana", "it": "Di Ana", "fr": "Par Ana", "ar": "بقلم"}
    for language, byline in said.items():
        document = read(
            {"title": "T", "language": language, "sections": [{"type": "links", "items": [item]}]}
        )
        context = template_context(issue_of(document=document, links=IssueLinks()), SlotTable())
        assert byline in render(["base/issue.txt"], context)

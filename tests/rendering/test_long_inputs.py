"""Words and URLs without a break in every part of an issue: they make no theme wider than the screen."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from newsletter.document.reading import read
from newsletter.rendering.compose import compose
from newsletter.rendering.inline import inline
from newsletter.rendering.themes import THEMES
from newsletter.web.admin.email_preview import without_images
from tests.features.looking import look, open_tab
from tests.rendering.issues import PUBLICATION, issue_of

WORDS = {
    "de": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "ar": "أفاستسقيناكموهاوالمستخرجاتوالاستنتاجاتوالمراسلاتوالاجتماعاتوالانتخابات",
}
URL = "https://www.northport.example/" + "a-slug-without_an_end" * 6 + "/?from=weekly"
MAILBOX = "the.whole.desk.of.the.harbour@correspondence-and-complaints.northport.example"
IMAGE = {
    "src": "https://media.northport.example/a.png",
    "caption": URL,
    "credit": "C" * 80,
    "licence": "L" * 60,
}


def long_issue(language: str) -> dict[str, object]:
    word = WORDS[language]
    image = IMAGE | {"alt": word}
    item = {
        "headline": word,
        "url": URL,
        "blurb": f"{word} {URL}",
        "image": image,
        "provenance": {"outlet": word, "byline": word, "published": "2026-05-12"},
    }
    return {
        "title": word,
        "subject": word,
        "preheader": word,
        "language": language,
        "sections": [
            {"type": "notice", "title": word, "items": [word, URL, MAILBOX]},
            {"type": "links", "title": word, "intro": URL, "items": [item, item | {"blurb": MAILBOX}]},
            {"type": "about", "title": word, "text": f"**{word}** {URL}"},
            {"type": "feature", "headline": word, "blurb": URL, "url": URL, "video": True, "image": image},
            {
                "type": "quotes",
                "title": word,
                "items": [
                    {
                        "author": word,
                        "handle": "@" + "handle" * 10,
                        "text": f"#{word} {URL}",
                        "permalink": URL,
                    },
                    {"author": word, "text": word, "network": word[:40], "permalink": URL},
                ],
            },
            {"type": "latest", "title": word, "limit": 1, "items": [item, item]},
            {"type": "image", "image": image, "url": URL},
            {"type": "text", "title": word, "text": f"- {word}\n  - {URL}\n    - {MAILBOX}"},
            {"type": "button", "label": word, "url": URL},
            {"type": "sponsor", "title": word, "headline": word, "text": URL, "url": URL, "image": image},
        ],
    }


@pytest.mark.browser
@pytest.mark.parametrize("theme", THEMES.keys())
@pytest.mark.parametrize("language", WORDS)
def test_words_without_a_break_make_no_theme_wider_than_the_screen(
    chrome: Browser, theme: str, language: str
) -> None:
    tokens = {"contents": "list", "reading_time": "yes"}
    publication = replace(PUBLICATION, name=WORDS[language], tagline=URL, tokens=tokens)
    given = issue_of(document=read(long_issue(language)), theme=theme, publication=publication)
    tab = open_tab(chrome)
    html = inline(compose(given).html)
    for shown in (html, without_images(html)):
        tab.set_content(shown)
        assert look(tab, email=True, widths=(640, 390, 320), axe=False) == []

"""The contract of every theme: its templates, its contrast, what a publication may change of it."""

import re

import pytest

from newsletter.core.errors import Refused
from newsletter.core.paths import templates_dir
from newsletter.rendering.colour import READABLE, contrast
from newsletter.rendering.compose import compose
from newsletter.rendering.inline import inline
from newsletter.rendering.render_input import MediaImage, PublicationFacts
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of, reference_digest

every_theme = pytest.mark.parametrize("theme", list(THEMES), ids=THEMES.keys())


def html_of(theme: Theme) -> str:
    return inline(compose(issue_of(document=reference_digest(), theme=theme.key)).html)


@every_theme
def test_it_has_a_label_and_a_frame(theme: Theme) -> None:
    assert theme.label
    assert (templates_dir() / "email" / theme.folder / "issue.html").is_file()


@every_theme
def test_a_message_has_what_mail_programs_need(theme: Theme) -> None:
    html = html_of(theme)
    assert html.startswith("<!DOCTYPE html>")
    for needed in (
        '<meta charset="utf-8">',
        'name="viewport"',
        '<meta name="color-scheme" content="light dark">',
        "<!--[if mso]>",
        "@media (max-width",
        "@media (prefers-color-scheme: dark)",
        "max-width:600px",
        "14 Harbour Street",
    ):
        assert needed in html


@every_theme
def test_nothing_is_loaded_but_images(theme: Theme) -> None:
    html = html_of(theme)
    assert not re.search(r"<(script|link|iframe|form|object|video)\b|@import|url\(", html)


@every_theme
@pytest.mark.parametrize("accent", ["", "#ffe600", "#0a0a0a", "#ffffff", "#7fb2ff"])
def test_words_can_be_read_whatever_the_accent(theme: Theme, accent: str) -> None:
    tokens = theme.styled({"accent": accent})
    for ink in (tokens.ink, tokens.soft, tokens.accent_text):
        for ground in (tokens.paper, tokens.tint):
            assert contrast(ink, ground) >= READABLE
    for ink in (tokens.dark_ink, tokens.dark_soft, tokens.dark_accent):
        for ground in (tokens.dark_paper, tokens.dark_tint):
            assert contrast(ink, ground) >= READABLE
    assert contrast(tokens.on_accent, tokens.accent) >= READABLE


def test_inks_give_way_to_a_publications_paper() -> None:
    tokens = THEMES["gazette"].styled({"paper": "#2a2a2a", "tint": "#333333", "ground": "#202020"})
    assert contrast(tokens.ink, "#2a2a2a") >= READABLE
    assert contrast(tokens.soft, "#333333") >= READABLE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent", "#b5321c;}"),
        ("text_font", "Georgia;}</style>"),
        ("text_font", "url(x)"),
        ("text_font", "'Georgia"),
        ("colour", "#ffffff"),
    ],
)
def test_unusable_tokens_are_refused(name: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        THEMES["gazette"].styled({name: value})
    assert list(caught.value.fields) == [name]


def test_a_publication_brings_its_own_colours_fonts_and_logo() -> None:
    publication = PublicationFacts(
        name="North & South",
        postal_address="1 Pier Road",
        logo=MediaImage("https://x.example/logo.png", 640, 160),
        tokens={"accent": "#0b5cad", "text_font": "Verdana, sans-serif"},
    )
    html = inline(compose(issue_of(document=reference_digest(), publication=publication)).html)
    assert "#0b5cad" in html
    assert "Verdana, sans-serif" in html
    assert "#b5321c" not in html
    assert re.search(
        r'<img[^>]*src="https://x.example/logo.png" alt="North &amp; South" width="320" height="80"', html
    )


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(Refused, match="Known: gazette"):
        compose(issue_of(theme="baroque"))

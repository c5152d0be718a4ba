"""The contract of every theme: its templates, its contrast, what a publication may change of it."""

import re

import pytest

from newsletter.core.errors import Refused
from newsletter.core.paths import templates_dir
from newsletter.document.blocks import BLOCKS, AnySection
from newsletter.document.blocks.feature import FEATURE
from newsletter.document.blocks.links import LINKS
from newsletter.document.blocks.notice import NOTICE
from newsletter.rendering.colour import READABLE, contrast
from newsletter.rendering.compose import compose
from newsletter.rendering.inline import inline
from newsletter.rendering.render_input import MediaImage, PublicationInput
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


def test_words_stand_on_the_paper_whatever_is_around_it() -> None:
    tokens = THEMES["gazette"].styled({"ground": "#0a1428"})
    assert contrast(tokens.soft, tokens.paper) >= READABLE


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
        ("text_font", "12px"),
        ("text_font", "Georgia, 700"),
        ("text_font", "Georgia,, serif"),
        ("text_font", "Georgia, inherit"),
        ("text_font", "' '"),
        ("colour", "#ffffff"),
    ],
)
def test_unusable_tokens_are_refused(name: str, value: str) -> None:
    with pytest.raises(Refused) as caught:
        THEMES["gazette"].styled({name: value})
    assert list(caught.value.fields) == [name]


def test_a_publication_brings_its_own_colours_fonts_and_logo() -> None:
    publication = PublicationInput(
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


@every_theme
def test_scripts_that_join_their_letters_are_neither_spaced_nor_monospaced(theme: Theme) -> None:
    arabic = reference_digest().model_copy(update={"language": "ar"})
    html = inline(compose(issue_of(document=arabic, theme=theme.key)).html)
    assert 'dir="rtl"' in html
    assert not re.search(r"letter-spacing: *-?\.?[1-9]", html)
    assert "monospace" not in html
    chosen = PublicationInput("N", "Street 1", tokens={"label_font": "'Courier New', monospace"})
    html = inline(compose(issue_of(document=arabic, theme=theme.key, publication=chosen)).html)
    assert "monospace" in html  # somebody's own choice stays


def test_bulletin_has_the_words_first_and_poster_the_picture() -> None:
    feature = FEATURE.example()
    for key, words_first in (("bulletin", True), ("poster", False)):
        html = compose(issue_of(feature, theme=key)).html
        assert (html.index(feature.headline) < html.index("<img")) is words_first


def test_bulletin_lists_what_is_inside() -> None:
    digest = reference_digest()
    html = compose(issue_of(document=digest, theme="bulletin")).html
    contents = re.search(r'<p class="contents">(.*?)</p>', html)
    assert contents
    titled = [section for section in digest.sections if section.title]
    linked = re.findall(r'<a class="entry" href="#(.*?)">(.*?)</a>', contents[1])
    assert linked == [(section.id, section.title) for section in titled]
    assert all(html.count(f'id="{section.id}"') == 1 for section in titled)


@pytest.mark.parametrize(("first", "gap"), [("notice", 1), ("feature", 2), ("untitled feature", 1)])
def test_poster_sets_a_picture_without_a_heading_right_under_the_title(first: str, gap: int) -> None:
    sections: dict[str, AnySection] = {
        "notice": NOTICE.example(),
        "feature": FEATURE.example(),
        "untitled feature": FEATURE.example().model_copy(update={"title": ""}),
    }
    html = compose(issue_of(sections[first], theme="poster")).html
    assert html.count('<td class="opening">') == gap


@pytest.mark.parametrize("fonts", ["Georgia", "-apple-system, 'Segoe UI', serif", "PT Serif, 'Open Sans 3'"])
def test_lists_of_fonts_are_taken(fonts: str) -> None:
    assert THEMES["gazette"].styled({"text_font": fonts}).text_font == fonts


@every_theme
@pytest.mark.parametrize("paper", ["#101418", "#7a7a7a", "#ffffff"])
def test_panels_follow_a_publications_paper(theme: Theme, paper: str) -> None:
    tokens = theme.styled({"paper": paper, "dark_paper": paper})
    for ink, soft, accent, grounds in (
        (tokens.ink, tokens.soft, tokens.accent_text, (tokens.paper, tokens.tint)),
        (tokens.dark_ink, tokens.dark_soft, tokens.dark_accent, (tokens.dark_paper, tokens.dark_tint)),
    ):
        assert min(contrast(words, ground) for words in (ink, soft, accent) for ground in grounds) >= 4.4


@every_theme
def test_arabic_is_never_slanted_and_no_heading_is_skipped(theme: Theme) -> None:
    arabic = reference_digest().model_copy(update={"language": "ar"})
    html = inline(compose(issue_of(document=arabic, theme=theme.key)).html)
    assert "italic" not in html
    assert all("font-style:normal" in em for em in re.findall(r"<em[^>]*>", html))
    untitled = LINKS.example().model_copy(update={"title": ""})
    assert "<h3" not in compose(issue_of(untitled, theme=theme.key)).html


@every_theme
def test_a_section_of_nothing_has_no_heading(theme: Theme) -> None:
    empty = [
        block.model(type=block.key, title=f"Title of {block.key}")
        for block in BLOCKS
        if block.key != "divider"
    ]
    composed = compose(issue_of(*empty, theme=theme.key))
    assert "Title of" not in composed.html + composed.text


@every_theme
def test_long_words_break_and_buttons_keep_their_padding(theme: Theme) -> None:
    html = html_of(theme)
    page = re.search(r"<table[^>]*max-width:600px[^>]*>", html)
    assert page
    assert "overflow-wrap:break-word" in page[0]
    assert re.search(r"<td[^>]*mso-padding-alt:", html)
    assert not re.search(r"\S!important", html)
    hidden = re.search(r"<div[^>]*display:none[^>]*>", html)
    assert hidden
    assert f"color:{theme.tokens.ground}" not in hidden[0]


@every_theme
def test_outlets_are_links_to_the_story_in_html_only(theme: Theme) -> None:
    composed = compose(issue_of(LINKS.example(), theme=theme.key))
    assert composed.html.count('href="https://news.example.org/ferry-line"') == 2
    assert composed.text.count("https://news.example.org/ferry-line") == 1


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(Refused, match="Known: gazette"):
        compose(issue_of(theme="baroque"))

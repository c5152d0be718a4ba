"""Width, corners and header image of an email, as a publication chooses them."""

import re

import pytest
from lxml import html as lxml_html

from newsletter.core.errors import Refused
from newsletter.document.blocks.about import ABOUT
from newsletter.document.blocks.image import IMAGE
from newsletter.document.image import Image
from newsletter.publications.branding import own_tokens
from newsletter.rendering.compose import compose
from newsletter.rendering.inline import inline
from newsletter.rendering.theme import Theme, Tokens
from newsletter.rendering.themes import THEMES
from tests.rendering.designs import DESIGN, with_header
from tests.rendering.issues import issue_of, reference_digest

every_theme = pytest.mark.parametrize("theme", list(THEMES), ids=THEMES.keys())
NAME = '<p class="name">'
PICTURE = Image(src="https://images.example.org/ferry.jpg", alt="A ferry")


def composed_with(theme: Theme, tokens: dict[str, str]) -> str:
    publication = with_header(tokens)
    return compose(issue_of(document=reference_digest(), theme=theme.key, publication=publication)).html


def html_with(theme: Theme, **tokens: str) -> str:
    return inline(composed_with(theme, tokens))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("email_width", "519", "from 520 to 720"),
        ("email_width", "721", "from 520 to 720"),
        ("email_width", "600.5", "whole number"),
        ("email_width", "100%", "whole number"),
        ("corners", "17", "from 0 to 16"),
        ("corners", "-1", "from 0 to 16"),
        ("corners", "٤", "whole number"),
        ("header_width", "79", "from 80 to 720"),
        ("header_place", "below", "Choose one of: above, instead"),
        ("header_image", "../secret", "media library"),
        ("header_dark", "https://evil.example/x.png", "media library"),
        ("header_alt", "long " * 41, "at most 200"),
        ("header_alt", "a\0b", "control characters"),
    ],
)
def test_each_token_is_refused_in_plain_words(name: str, value: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        own_tokens(THEMES["gazette"], {name: value})
    assert list(refused.value.fields) == [name]
    assert said in refused.value.fields[name]


def test_a_header_image_needs_an_alt_text() -> None:
    with pytest.raises(Refused) as refused:
        own_tokens(THEMES["gazette"], {"header_image": "a1"})
    assert list(refused.value.fields) == ["header_alt"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"email_width": "640px", "corners": "08"}, {"email_width": "640", "corners": "8"}),
        ({"email_width": "600", "header_place": "above"}, {}),
        ({"corners": "0"}, {"corners": "0"}),
        ({"header_alt": "abc"}, {"header_alt": "abc"}),
    ],
)
def test_tokens_are_kept_as_they_are_spelled(typed: dict[str, str], kept: dict[str, str]) -> None:
    assert own_tokens(THEMES["poster"], typed) == kept


@every_theme
@pytest.mark.parametrize("width", [520, 720])
def test_pictures_follow_the_width(theme: Theme, width: int) -> None:
    publication = with_header({"email_width": str(width)})
    picture = IMAGE.example().model_copy(update={"image": PICTURE})
    about = ABOUT.example().model_copy(update={"image": PICTURE})
    html = compose(issue_of(picture, about, theme=theme.key, publication=publication)).html
    more = width - 600
    assert re.findall(r'<img class="image"[^>]* width="(\d+)"', html) == [
        str(theme.column + more),
        str(theme.inner + more),
    ]
    assert f'<table role="presentation" width="{width}" align="center"' in html
    assert f"max-width: {width}px" in html
    assert "600px" not in html


@every_theme
def test_corners_are_round_in_all_themes_and_square_at_nought(theme: Theme) -> None:
    assert "border-radius:12px" in html_with(theme, corners="12")
    assert not re.search(r"border-radius:[^0]", html_with(theme, corners="0"))
    assert Tokens().corners == ""


@every_theme
def test_a_header_image_stands_above_the_name_or_instead_of_it(theme: Theme) -> None:
    above = composed_with(theme, DESIGN | {"header_place": "above"})
    instead = composed_with(theme, DESIGN)
    assert above.index("media.example/a1.png") < above.index(NAME)
    assert NAME not in instead
    assert 'alt="North &amp; South, with a ferry"' in instead
    assert f'width="{theme.column + 80}"' in instead
    assert "What crosses the water" in instead


@every_theme
def test_a_header_image_is_no_wider_than_was_chosen_or_than_there_is_room(theme: Theme) -> None:
    chosen = html_with(theme, header_image="a1", header_alt="N", header_width="200")
    assert 'width="200" height="50"' in chosen
    wide = html_with(theme, header_image="a1", header_alt="N", header_width="720", email_width="520")
    assert f'width="{theme.column - 80}"' in wide


@every_theme
def test_one_of_two_header_images_is_shown_in_each_scheme(theme: Theme) -> None:
    html = html_with(theme, **DESIGN)
    page = lxml_html.document_fromstring(html)
    light, dark = page.xpath("//img[contains(@class, 'headerimage')]")
    assert "display:block" in light.get("style")
    assert "display:none" in dark.get("style")
    assert "mso-hide:all" in dark.get("style")
    after_query = html[html.index("prefers-color-scheme") :]
    assert re.search(r"\.inlight ?{ ?display: ?none !important", after_query)
    assert re.search(r"\.indark ?{ ?display: ?block !important", after_query)
    assert re.search(r"<!--\[if !mso\]><!--><img[^>]*b2\.png[^>]*><!--<!\[endif\]-->", html)


def test_without_its_picture_the_name_stays() -> None:
    assert NAME in composed_with(THEMES["gazette"], {"header_alt": "N", "header_place": "instead"})

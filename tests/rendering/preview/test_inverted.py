"""An email in a program that inverts colours by itself."""

import pytest

from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.preview.inverted import inverted, inverted_colour
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of, reference_digest
from tests.rendering.pages import page, style_of


@pytest.mark.parametrize(
    ("colour", "opposite"),
    [
        ("#ffffff", "#141414"),
        ("#FFF", "#141414"),
        ("white", "#141414"),
        ("#000", "#ffffff"),
        ("rgb(0, 0, 0)", "#ffffff"),
        ("rgba(255,255,255,.5)", "#14141480"),
        ("rgb(999 0 0 / 50%)", "#ff141480"),
        ("hsl(0, 100%, 50%)", "#ff1414"),
        ("currentcolor", "currentcolor"),
        ("#ff0000", "#ff1414"),
        ("#efeae0", "#312c23"),
        ("lab(50% 0 0)", "lab(50% 0 0)"),
        ("transparent", "transparent"),
        ("inherit", "inherit"),
        ("#12", "#12"),
    ],
)
def test_a_colour_gets_the_opposite_lightness(colour: str, opposite: str) -> None:
    assert inverted_colour(colour) == opposite


def test_styles_attributes_and_stylesheets_are_inverted() -> None:
    body = "<table bgcolor='#ffffff' style='background:#fff url(a.png);border:1px solid black'></table>"
    turned = inverted(page(body, css="p{color:#000} @media (max-width:9px){p{background-color:#fff}}"))
    assert 'bgcolor="#141414"' in turned
    assert style_of(turned, "table") == "background:#141414 url(a.png);border:1px solid #ffffff"
    assert "p{color:#ffffff} @media (max-width:9px){p{background-color:#141414}}" in turned
    assert style_of(turned, "body") == "background-color:#141414;color:#ffffff;"


def test_words_and_images_stay_as_they_are() -> None:
    body = "<p title='color:#fff'>color: white; a &gt; b</p><img src='black.png' alt='color:#000'>"
    turned = inverted(page(body))
    assert '<p title="color:#fff">color: white; a &gt; b</p>' in turned
    assert '<img src="black.png" alt="color:#000">' in turned
    assert '"Red", serif' in inverted(page("<p style='font-family:\"Red\", serif'>x</p>")).replace(
        "&quot;", '"'
    )


def test_the_emails_own_dark_scheme_does_not_count() -> None:
    css = "@media (prefers-color-scheme: dark){p{color:#eee}} :root{color-scheme: light dark}"
    turned = inverted(page("<p>x</p>", css=css, head='<meta name="color-scheme" content="light dark">'))
    assert "prefers-color-scheme" not in turned
    assert "@media (max-width:0px)" in turned
    assert "light dark" not in turned


@pytest.mark.parametrize("theme", THEMES.keys())
def test_of_the_reference_digest_only_the_colours_change(theme: str) -> None:
    given = CompileInput(
        issue_of(document=reference_digest(), theme=theme), MessageHeaders(from_email="a@weekly.example")
    )
    html = compile_from(given).fill_html({})
    turned = inverted(html)
    assert "<!--[if mso]>" in turned
    assert "background-color:#fff" not in turned
    assert turned.count("<img") == html.count("<img")
    assert turned.count("href=") == html.count("href=")

"""CSS that mail programs do not support: what is told, and that our own themes use none of it."""

import pytest

from newsletter.preflight.css_support import harmful_css, load_features
from newsletter.preflight.rules import RULES
from newsletter.rendering.compile_input import CompileInput, compile_from
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.theme import Theme
from newsletter.rendering.themes import THEMES
from tests.preflight.drafts import with_facts
from tests.rendering.issues import issue_of, reference_digest


def test_a_finding_names_the_declaration_and_the_programs() -> None:
    html = "<p style='display:flex'></p><p style='display:inline-flex'></p><p style='display:flex'></p>"
    [finding] = RULES["css_support"].findings(with_facts(html=html))
    assert finding.message == "“display:flex” in the theme is not supported by Outlook on Windows."


def test_only_what_does_harm_is_told_of() -> None:
    features = load_features()
    assert "css-border-radius" not in features
    assert features["css-float"].unsupported == ("Outlook on Windows",)
    assert len(features) > 30  # each of those that we look for has kept its name there


@pytest.mark.parametrize("theme", list(THEMES), ids=THEMES.keys())
def test_our_themes_are_clean(theme: Theme) -> None:
    given = issue_of(document=reference_digest(), theme=theme.key)
    message = compile_from(CompileInput(given, MessageHeaders(from_email="a@weekly.example")))
    assert list(harmful_css(message.fill_html({}), load_features())) == []

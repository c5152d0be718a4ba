"""The colours of `tokens.css` can be read: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (controls, 3:1)."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "newsletter/web/assets/src/styles/tokens.css"
PAIRS = {
    name: dict(zip(("light", "dark"), values, strict=True))
    for name, *values in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS.read_text(encoding="utf-8")
    )
}
SURFACES = ("paper", "raised", "sunken")
TEXTS = ("ink", "ink-soft", "success", "warning", "error", "info")
WASHES = ("success", "warning", "error", "info")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0–1 (WCAG 2.2, definition)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, scheme: str) -> float:
    lighter, darker = sorted((luminance(PAIRS[one][scheme]), luminance(PAIRS[other][scheme])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("text", TEXTS)
    def test_text_on_every_surface(self, text: str, surface: str, scheme: str) -> None:
        assert contrast(text, surface, scheme) >= 4.5

    @pytest.mark.parametrize("state", WASHES)
    @pytest.mark.parametrize("text", ["ink", None])
    def test_text_in_a_notice(self, text: str | None, state: str, scheme: str) -> None:
        assert contrast(text or state, f"{state}-wash", scheme) >= 4.5

    def test_words_on_the_primary_button(self, scheme: str) -> None:
        assert contrast("accent-ink", "accent", scheme) >= 4.5

    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("edge", ["control", "accent"])
    def test_edges_of_controls(self, edge: str, surface: str, scheme: str) -> None:
        assert contrast(edge, surface, scheme) >= 3

"""The colours can be read, in light and in dark: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (controls, 3:1).

Computed from the style sheets, for each text on each ground as the rules put them together. A rule that uses
a colour in a way that nothing here knows of fails the last test.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "newsletter/web/assets/src/styles"
TOKENS = STYLES / "tokens.css"
PAIRS = {
    name: dict(zip(("light", "dark"), values, strict=True))
    for name, *values in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS.read_text(encoding="utf-8")
    )
}
SURFACES = ("paper", "raised", "sunken")
WASHES = ("success", "warning", "error", "info")
TEXTS = ("ink", "ink-soft", *WASHES)
VAR = re.compile(r"var\(--([\w-]+)\)")
MIX = re.compile(r"color-mix\(in srgb, var\(--([\w-]+)\) (\d+)%, (?:transparent|var\(--([\w-]+)\))\)")
# The faintest wash is laid under whole rows, with any text in them; the others stand under ink.
FAINT = 4
# Grounds without text: frames of emails, swatches, what lies behind a dialog, the bar of progress.
WITHOUT_TEXT = {
    *("#fff", "#ffffff", "#fffefb", "#1c1a17", "var(--swatch)", "color-mix(in srgb, #000 45%, transparent)"),
    "color-mix(in srgb, var(--ink) 14%, transparent)",
}
NOTHING = {"none", "transparent", "inherit"}


def channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def mixed(colour: str, percent: int, ground: str) -> str:
    """`color-mix(in srgb, colour percent%, ground)`; a mix with `transparent` looks the same on `ground`."""
    both = zip(channels(colour), channels(ground), strict=True)
    return "#" + "".join(f"{round((a * percent + b * (100 - percent)) / 100):02x}" for a, b in both)


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0–1 (WCAG 2.2, definition)."""
    shares = (channel / 255 for channel in channels(colour))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, scheme: str) -> float:
    """Between two colours: tokens, or `#rrggbb`."""
    colours = (PAIRS[name][scheme] if name in PAIRS else name for name in (one, other))
    lighter, darker = sorted(map(luminance, colours), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def rules() -> Iterator[dict[str, str]]:
    """The declarations of each rule of each style sheet."""
    for sheet in STYLES.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for block in re.findall(r"\{([^{}]*)\}", text):
            parts = (line.partition(":") for line in block.split(";"))
            yield {name.strip(): value.strip() for name, colon, value in parts if colon}


# What stands together in one rule, as it is written: (colour or "", ground or "").
USED = {
    tuple(
        value.removesuffix(" !important")
        for value in (rule.get("color", ""), rule.get("background") or rule.get("background-color", ""))
    )
    for rule in rules()
}
TRANSLUCENT = sorted(
    (text, ground) for text, ground in USED if ground.endswith("transparent)") and ground not in WITHOUT_TEXT
)


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

    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize(("text", "ground"), TRANSLUCENT)
    def test_text_on_a_wash_over_every_surface(
        self, text: str, ground: str, surface: str, scheme: str
    ) -> None:
        token, percent, _ = MIX.fullmatch(ground).groups()  # type: ignore[union-attr]
        below = mixed(PAIRS[token][scheme], int(percent), PAIRS[surface][scheme])
        inherited = TEXTS if int(percent) <= FAINT else ("ink",)
        for colour in VAR.findall(text) or inherited:
            assert contrast(colour, below, scheme) >= 4.5, colour

    def test_words_on_the_primary_button(self, scheme: str) -> None:
        below_the_pointer = mixed(PAIRS["accent"][scheme], 86, PAIRS["ink"][scheme])
        for ground in ("accent", below_the_pointer):
            assert contrast("accent-ink", ground, scheme) >= 4.5

    def test_paper_on_ink(self, scheme: str) -> None:
        below_the_pointer = mixed(PAIRS["ink"][scheme], 86, PAIRS["paper"][scheme])
        for ground in ("ink", below_the_pointer):
            assert contrast("paper", ground, scheme) >= 4.5

    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("edge", ["control", "accent"])
    def test_edges_of_controls(self, edge: str, surface: str, scheme: str) -> None:
        assert contrast(edge, surface, scheme) >= 3


def test_every_colour_is_used_as_it_was_computed() -> None:
    texts = {f"var(--{name})" for name in TEXTS} | {"", "var(--state)", "var(--state, var(--ink-soft))"}
    surfaces = {f"var(--{name})" for name in SURFACES}
    washes = {f"var(--{name}-wash)" for name in WASHES} | {"var(--wash)"}
    strong = {"var(--ink)", "color-mix(in srgb, var(--ink) 86%, var(--paper))"}
    accents = {"var(--accent)", "var(--accent-hover)"}
    grounds = {"", *NOTHING, *WITHOUT_TEXT, *surfaces, *(ground for _, ground in TRANSLUCENT)}
    in_order = {(text, ground) for text in texts | NOTHING for ground in grounds}
    in_order |= {(text, ground) for text in ("", "var(--ink)") for ground in washes}
    in_order |= {(f"var(--{state})", f"var(--{state}-wash)") for state in WASHES}
    in_order |= {(text, ground) for text in ("", "var(--paper)") for ground in strong}
    in_order |= {(text, ground) for text in ("", "var(--accent-ink)") for ground in accents}
    in_order |= {("#fffefb", "#1c1a17")}  # a label over a frame that is always light
    assert USED - in_order == set()
    assert all(MIX.fullmatch(ground) for _, ground in TRANSLUCENT)

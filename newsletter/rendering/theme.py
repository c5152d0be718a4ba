"""Themes: how an email looks, light and dark, as design tokens and a folder of templates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from newsletter.core.errors import Refused
from newsletter.rendering.colour import HEX, READABLE, contrast, ink_on, mix, readable_on

LONGEST_FONTS = 200
# One family of a list: quoted, or words that CSS takes for a name (CSS Fonts 4 §2.1.1). Anything else would
# void the whole declaration that it stands in, with its size and weight.
_WORD = r"-?[A-Za-z_][A-Za-z0-9_-]*"
_FAMILY = re.compile(rf"'[A-Za-z0-9 _-]*[A-Za-z][A-Za-z0-9 _-]*'|{_WORD}(?: {_WORD})*")
# What a theme may show beside the document; the rest of the tokens are colours and fonts. Contents: `titles`
# is a line of the sections' titles in the designed part, `list` a list in both parts and on the web.
CHOICES = {"reading_time": ("no", "yes"), "contents": ("none", "titles", "list")}
_RESERVED = {"inherit", "initial", "unset", "revert", "revert-layer", "default"}


@dataclass(frozen=True)
class Tokens:
    """What a publication may change of a theme: `#rrggbb` colours, CSS lists of font families, `CHOICES`."""

    accent: str = "#b5321c"
    ink: str = "#1a1815"
    soft: str = "#5f594f"
    hairline: str = "#d9d3c7"
    paper: str = "#ffffff"
    tint: str = "#f7f3ea"
    ground: str = "#efeae0"
    dark_ink: str = "#f1ece2"
    dark_soft: str = "#b3aa9b"
    dark_hairline: str = "#403b33"
    dark_paper: str = "#1c1a17"
    dark_tint: str = "#26231e"
    dark_ground: str = "#12110f"
    headline_font: str = "Georgia, 'Times New Roman', serif"
    text_font: str = "Georgia, 'Times New Roman', serif"
    label_font: str = "'Helvetica Neue', Helvetica, Arial, sans-serif"
    reading_time: str = "no"
    contents: str = "none"

    @property
    def accent_text(self) -> str:
        """The accent as a colour of words on paper and tint."""
        return readable_on(self.accent, self.paper, self.tint)

    @property
    def on_accent(self) -> str:
        """The colour of words on the accent."""
        return ink_on(self.accent)

    @property
    def dark_accent(self) -> str:
        """The accent as a colour of words in dark mode."""
        return readable_on(self.accent, self.dark_paper, self.dark_tint)


@dataclass(frozen=True)
class Theme:
    """A look. `email/themes/<key>/issue.html` is its frame; `blocks/` beside it may replace single blocks.

    `column` is how wide, in pixels, a picture stands in the page, `inner` how wide in a panel or card.
    """

    key: str
    label: str
    tokens: Tokens = Tokens()
    column: int = 536
    inner: int = 480

    @property
    def folder(self) -> str:
        """The folder of its templates, relative to that of all email templates."""
        return f"themes/{self.key}"

    def styled(self, overrides: Mapping[str, str]) -> Tokens:
        """The theme's tokens with a publication's own in their place; empty ones change nothing.

        Inks are made darker (or lighter) where a new paper would leave them unreadable; so is the ground of
        panels, unless it is chosen too, where one is light and the other dark. Raises Refused, token by
        token, for names that are unknown and values that are not of their kind.
        """
        chosen = {name: value for name, value in overrides.items() if value}
        problems = {name: problem for name, value in chosen.items() if (problem := _problem(name, value))}
        if problems:
            raise Refused("theme_tokens_invalid", "These colours or fonts cannot be used.", problems)
        tokens = replace(self.tokens, **chosen)
        tint = tokens.tint if "tint" in chosen else _near(tokens.tint, tokens.paper)
        dark_tint = tokens.dark_tint if "dark_tint" in chosen else _near(tokens.dark_tint, tokens.dark_paper)
        return replace(
            tokens,
            tint=tint,
            dark_tint=dark_tint,
            ink=readable_on(tokens.ink, tokens.paper, tint),
            soft=readable_on(tokens.soft, tokens.paper, tint),
            dark_ink=readable_on(tokens.dark_ink, tokens.dark_paper, dark_tint),
            dark_soft=readable_on(tokens.dark_soft, tokens.dark_paper, dark_tint),
        )


def _near(tint: str, paper: str) -> str:
    """`tint`, or a shade of `paper` where no ink could be read on both."""
    ink, other = sorted(("#000000", "#ffffff"), key=lambda colour: contrast(colour, paper), reverse=True)
    shades = (tint, mix(paper, ink, 0.08), mix(paper, other, 0.08))
    return next((shade for shade in shades if contrast(ink, shade) >= READABLE), paper)


def _is_font_list(value: str) -> bool:
    families = [family.strip() for family in value.split(",")]
    return len(value) <= LONGEST_FONTS and all(
        _FAMILY.fullmatch(family) and not _RESERVED.intersection(family.lower().split())
        for family in families
    )


def _problem(name: str, value: str) -> str:
    if name not in {field.name for field in fields(Tokens)}:
        return "There is no design token of this name."
    if name in CHOICES:
        return "" if value in CHOICES[name] else f"Write one of: {', '.join(CHOICES[name])}."
    if name.endswith("_font"):
        return "" if _is_font_list(value) else "Use font names and commas only, names with digits in quotes."
    return "" if HEX.fullmatch(value) else "Enter a colour like #b5321c."

"""Themes: how an email looks, light and dark, as design tokens and a folder of templates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from newsletter.core.errors import Refused
from newsletter.rendering.colour import HEX, ink_on, readable_on

_FONTS = re.compile(r"[A-Za-z0-9 ,'_-]{1,200}")


@dataclass(frozen=True)
class Tokens:
    """What a publication may change of a theme: `#rrggbb` colours, and CSS lists of font families."""

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

        Inks are made darker (or lighter) where a new paper would leave them unreadable. Raises Refused,
        token by token, for names that are unknown and values that are neither colours nor fonts.
        """
        chosen = {name: value for name, value in overrides.items() if value}
        problems = {name: problem for name, value in chosen.items() if (problem := _problem(name, value))}
        if problems:
            raise Refused("theme_tokens_invalid", "The theme cannot be coloured like this.", problems)
        tokens = replace(self.tokens, **chosen)
        return replace(
            tokens,
            ink=readable_on(tokens.ink, tokens.paper, tokens.tint),
            soft=readable_on(tokens.soft, tokens.paper, tokens.tint, tokens.ground),
            dark_ink=readable_on(tokens.dark_ink, tokens.dark_paper, tokens.dark_tint),
            dark_soft=readable_on(tokens.dark_soft, tokens.dark_paper, tokens.dark_tint, tokens.dark_ground),
        )


def _problem(name: str, value: str) -> str:
    if name not in {field.name for field in fields(Tokens)}:
        return "There is no design token of this name."
    if name.endswith("_font"):
        return "" if _FONTS.fullmatch(value) and value.count("'") % 2 == 0 else "Write font names and commas."
    return "" if HEX.fullmatch(value) else "Write a colour like #b5321c."

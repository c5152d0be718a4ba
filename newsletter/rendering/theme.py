"""Themes: how an email looks, light and dark, as design tokens and a folder of templates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.core.errors import Refused
from newsletter.rendering.colour import READABLE, contrast, ink_on, mix, readable_on
from newsletter.rendering.token_values import problems_of


@dataclass(frozen=True)
class Tokens:
    """What a publication may change of a theme: `#rrggbb` colours, CSS lists of font families, and the rest.

    Their values are checked by `token_values`. Widths and corners are pixels; `corners` is empty where the
    theme's own stay, `header_width` where the header image is as wide as there is room. `header_image` and
    `header_dark` are keys of the media library.
    """

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
    email_width: str = "600"
    corners: str = ""
    header_image: str = ""
    header_alt: str = ""
    header_dark: str = ""
    header_width: str = ""
    header_place: str = "above"

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

    `column` is how wide, in pixels, a picture stands in the page, `inner` how wide in a panel or card, where
    the email has the theme's own width.
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
        problems = problems_of(chosen, vars(self.tokens))
        if problems:
            raise Refused("theme_tokens_invalid", "This design cannot be used as it is.", problems)
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

    def at_width(self, pixels: int) -> "Theme":
        """The same theme in an email of this width: what stands in it grows and shrinks with it."""
        more = pixels - int(self.tokens.email_width)
        return replace(self, column=self.column + more, inner=self.inner + more)


def _near(tint: str, paper: str) -> str:
    """`tint`, or a shade of `paper` where no ink could be read on both."""
    ink, other = sorted(("#000000", "#ffffff"), key=lambda colour: contrast(colour, paper), reverse=True)
    shades = (tint, mix(paper, ink, 0.08), mix(paper, other, 0.08))
    return next((shade for shade in shades if contrast(ink, shade) >= READABLE), paper)

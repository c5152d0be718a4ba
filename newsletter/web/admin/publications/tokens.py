"""The design tokens of a theme as fields: what each is called, and which fonts there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from newsletter.core.text import one_line
from newsletter.rendering.colour import contrast
from newsletter.rendering.theme import Theme, Tokens
from newsletter.rendering.token_values import spelled

LONGEST_VALUE = 300  # more than any token may have: what is too long is refused, not cut

LIGHT = {
    "accent": _("Accent"),
    "ink": _("Text"),
    "soft": _("Secondary text"),
    "paper": _("Background"),
    "tint": _("Tinted background"),
    "ground": _("Page background"),
    "hairline": _("Lines"),
}
DARK = {
    "dark_ink": _("Text"),
    "dark_soft": _("Secondary text"),
    "dark_paper": _("Background"),
    "dark_tint": _("Tinted background"),
    "dark_ground": _("Page background"),
    "dark_hairline": _("Lines"),
}
FONTS = {
    "headline_font": _("Headlines"),
    "text_font": _("Text"),
    "label_font": _("Labels and small print"),
}
LAYOUT = {
    "email_width": _("Width"),
    "corners": _("Rounded corners"),
}
HEADER = {
    "header_image": _("Image"),
    "header_alt": _("Alt text"),
    "header_width": _("Image width"),
    "header_place": _("Position"),
    "header_dark": _("Image in dark mode"),
}
# Colours of words, and what they have to be read on.
GROUNDS = {
    "ink": ("paper", "tint"),
    "soft": ("paper", "tint"),
    "accent": ("paper", "tint"),
    "dark_ink": ("dark_paper", "dark_tint"),
    "dark_soft": ("dark_paper", "dark_tint"),
}
READING_TIME, CONTENTS = "reading_time", "contents"
NAMES = (*LIGHT, *DARK, *FONTS, *LAYOUT, *HEADER, READING_TIME, CONTENTS)

# Fonts that mail programs have, each list with one that Windows has.
FAMILIES = {
    "Georgia, 'Times New Roman', serif": _("Georgia (serif)"),
    "'Times New Roman', Times, serif": _("Times (serif)"),
    "'Palatino Linotype', Palatino, 'Book Antiqua', serif": _("Palatino (serif)"),
    "'Helvetica Neue', Helvetica, Arial, sans-serif": _("Helvetica (sans serif)"),
    "Arial, Helvetica, sans-serif": _("Arial (sans serif)"),
    "'Segoe UI', -apple-system, Roboto, 'Helvetica Neue', Arial, sans-serif": _("System font (sans serif)"),
    "Verdana, Geneva, sans-serif": _("Verdana (sans serif)"),
    "'Trebuchet MS', Tahoma, sans-serif": _("Trebuchet (sans serif)"),
    "Tahoma, Verdana, sans-serif": _("Tahoma (sans serif)"),
    "Consolas, Menlo, 'DejaVu Sans Mono', 'Courier New', monospace": _("Consolas (monospaced)"),
    "'Courier New', Courier, monospace": _("Courier (monospaced)"),
}


@dataclass(frozen=True)
class TokenField:
    """One token: its value as typed, and what the theme says where that is empty."""

    name: str
    label: str
    value: str
    default: str
    problem: str
    grounds: tuple[str, ...] = ()  # the tokens that it has to be read on

    @property
    def colour(self) -> str:
        """The colour that counts: the one that was typed, else the theme's own."""
        return self.default if self.problem else spelled(self.name, self.value) or self.default


def typed_tokens(form: Mapping[str, str]) -> dict[str, str]:
    """The tokens among the fields of a form, or of a query."""
    return {name: value for name in NAMES if (value := one_line(form.get(name, ""))[:LONGEST_VALUE])}


def token_fields(
    group: Mapping[str, object], theme: Theme, tokens: Mapping[str, str], problems: Mapping[str, str]
) -> list[TokenField]:
    """The fields of a group: `LIGHT`, `DARK`, `FONTS`, `LAYOUT` or `HEADER`."""
    return [
        TokenField(
            name,
            str(label),
            tokens.get(name, ""),
            getattr(theme.tokens, name),
            problems.get(name, ""),
            GROUNDS.get(name, ()),
        )
        for name, label in group.items()
    ]


def font_options(field: TokenField) -> list[tuple[str, str]]:
    """What a select of fonts offers: the theme's own, the families, one that was set elsewhere."""
    own = str(_("Theme default"))
    known = FAMILIES.get(field.default)
    options = [("", f"{own}: {known}" if known else own)]
    options += [(families, str(label)) for families, label in FAMILIES.items() if families != field.default]
    if field.value and field.value not in dict(options):
        options.append((field.value, field.value))
    return options


def contents_options() -> list[tuple[str, str]]:
    """What the select of the contents list offers."""
    return [
        ("", str(_("Theme default"))),
        ("list", str(_("Show"))),
        ("none", str(_("Hide"))),
    ]


def lowest_contrasts(fields: Iterable[TokenField]) -> dict[str, float]:
    """How well each colour of words can be read where it is read worst: a ratio from 1 to 21, by its name."""
    fields = list(fields)
    colours = {field.name: field.colour for field in fields}
    return {
        field.name: min(contrast(field.colour, colours[ground]) for ground in field.grounds)
        for field in fields
        if field.grounds
    }


def places() -> list[tuple[str, str]]:
    """Where the header image may stand."""
    return [("above", str(_("Above the name"))), ("instead", str(_("Instead of the name")))]


def defaults(theme: Theme) -> dict[str, str]:
    """Every token as the theme has it, for the page's script."""
    return {name: getattr(theme.tokens, name) for name in NAMES}


assert set(NAMES) == set(Tokens.__dataclass_fields__)  # noqa: S101 - a new token needs a name for people

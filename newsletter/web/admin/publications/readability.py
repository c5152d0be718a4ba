"""Whether the colours that were chosen can be read, in words."""

from dataclasses import dataclass

from flask_babel import gettext as _

from newsletter.publications.branding import own_tokens
from newsletter.rendering.colour import READABLE, contrast
from newsletter.rendering.theme import Theme, Tokens
from newsletter.web.admin.publications.tokens import GROUNDS

INKS = ("ink", "soft", "dark_ink", "dark_soft")


@dataclass(frozen=True)
class Remark:
    """One sentence; `kind` is a notice's: "warning", or "info" where nothing is lost."""

    kind: str
    sentence: str


def remarks(theme: Theme, tokens: dict[str, str]) -> list[Remark]:
    """What is to be said about `tokens` in `theme` (WCAG 2.2, 1.4.3). Raises `Refused` for bad tokens."""
    chosen = own_tokens(theme, tokens)
    if not chosen:
        return []
    shown = theme.styled(chosen)
    asked = Tokens(**{name: chosen.get(name) or getattr(theme.tokens, name) for name in vars(theme.tokens)})
    about_inks = [remark for ink in INKS if (remark := _about(ink, GROUNDS[ink], asked, shown))]
    return about_inks + (
        [_accent(asked, shown)] if "accent" in chosen and shown.accent_text != shown.accent else []
    )


def _about(ink: str, grounds: tuple[str, ...], asked: Tokens, shown: Tokens) -> Remark | None:
    wish, ground = getattr(asked, ink), min(grounds, key=lambda behind: _ratio(asked, ink, behind))
    ratio = _ratio(asked, ink, ground)
    if ratio >= READABLE:
        return None
    facts = {
        "ink": _name(ink),
        "colour": wish,
        "ground": _name(ground),
        "behind": getattr(asked, ground),
        "ratio": f"{ratio:.1f}",
        "instead": getattr(shown, ink),
    }
    if min(_ratio(shown, ink, behind) for behind in grounds) < READABLE:
        sentence = _(
            "%(ink)s on %(ground)s (%(behind)s) cannot be made readable: choose backgrounds "
            "that are all light, or all dark.",
            **facts,
        )
        return Remark("warning", sentence)
    sentence = _(
        "%(ink)s (%(colour)s) on %(ground)s (%(behind)s) has a contrast of %(ratio)s to 1; "
        "readers need 4.5 to 1. It is shown as %(instead)s instead.",
        **facts,
    )
    return Remark("warning", sentence)


def _accent(asked: Tokens, shown: Tokens) -> Remark:
    sentence = _(
        "The accent (%(colour)s) has a contrast of %(ratio)s to 1 on the background: text uses %(instead)s "
        "instead, buttons stay as they are.",
        colour=asked.accent,
        ratio=f"{contrast(asked.accent, shown.paper):.1f}",
        instead=shown.accent_text,
    )
    return Remark("info", sentence)


def _ratio(tokens: Tokens, ink: str, ground: str) -> float:
    return contrast(getattr(tokens, ink), getattr(tokens, ground))


def _name(token: str) -> str:
    names = {
        "ink": _("Text"),
        "soft": _("Secondary text"),
        "paper": _("the background"),
        "tint": _("the tinted background"),
        "ground": _("the page background"),
    }
    word = str(names[token.removeprefix("dark_")])
    in_the_dark = token in {"dark_ink", "dark_soft"}
    return str(_("%(what)s in dark mode", what=word)) if in_the_dark else word

"""`/style/<publication>.css`: the publication's own colours (light, dark) and fonts for readers' pages.

Only what a publication changed of its theme is set; `public.css` says which custom properties there are.
Pages name its version, so that a saved look is seen at once.
"""

from hashlib import sha256

from flask import Blueprint, Response, request, url_for

from newsletter.core.errors import Refused
from newsletter.issues.page_state import publication_state
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.rendering.colour import ink_on, mix, readable_on
from newsletter.rendering.theme import Tokens
from newsletter.rendering.themes import THEMES
from newsletter.web.database import session
from newsletter.web.page_cache import Page, answer, current_page

blueprint = Blueprint("style", __name__)

A_YEAR = 31_536_000  # seconds
NEUTRALS = ("paper", "tint", "ink", "soft", "hairline")
FONTS = {"headline_font": "--font-reading", "text_font": "--font-prose", "label_font": "--font-ui"}


@blueprint.get("/style/<slug>.css")
def show(slug: str) -> Response:
    """The stylesheet; empty for a publication that changed nothing. The current `v` may be kept."""
    kept = current_page(
        lambda session, images: publication_state(session, slug, images),
        lambda: Page(stylesheet(find_publication(session(), slug)).encode(), "text/css"),
    )
    is_current = request.args.get("v") == _version(kept.page.body)
    return answer(kept, max_age=A_YEAR if is_current else 0)


def style_url(publication: Publication) -> str:
    """Where the stylesheet is as it is now: another look has another address."""
    version = _version(stylesheet(publication).encode())
    return url_for("style.show", slug=publication.slug, v=version)


def _version(css: bytes) -> str:
    return sha256(css).hexdigest()[:6]


def stylesheet(publication: Publication) -> str:
    """The custom properties for `publication`, in light and dark."""
    changed = {name for name, value in publication.theme_tokens.items() if value}
    try:
        tokens = THEMES[publication.theme].styled(publication.theme_tokens)
    except Refused:  # a theme that is no longer there; the page is readable without
        return ""
    fonts = [f"{FONTS[name]}: {getattr(tokens, name)}" for name in FONTS if name in changed]
    light: list[str] = []
    dark: list[str] = []
    if "accent" in changed:
        light += _accent(tokens.accent)
        dark += _accent(readable_on(tokens.accent, tokens.dark_paper, tokens.dark_tint))
    if changed & set(NEUTRALS):
        light += _neutrals(tokens, "")
    if changed & {f"dark_{name}" for name in NEUTRALS}:
        dark += _neutrals(tokens, "dark_")
    return _rule(fonts) + _only("light", light) + _only("dark", dark)


def _accent(colour: str) -> list[str]:
    return [f"--accent: {colour}", f"--accent-ink: {ink_on(colour)}"]


def _neutrals(tokens: Tokens, scheme: str) -> list[str]:
    """All of them together: an ink is chosen for its paper."""
    paper, tint, ink, soft, hairline = (getattr(tokens, scheme + name) for name in NEUTRALS)
    return [
        f"--paper: {paper}",
        f"--raised: {paper}",
        f"--sunken: {tint}",
        f"--ink: {ink}",
        f"--ink-soft: {soft}",
        f"--hairline: {hairline}",
        f"--control: {mix(soft, paper, 0.2)}",
    ]


def _only(scheme: str, declarations: list[str]) -> str:
    """A new paper for the day leaves the night as it is."""
    rule = _rule(declarations)
    return f"@media (prefers-color-scheme: {scheme}) {{\n{rule}}}\n" if rule else ""


def _rule(declarations: list[str]) -> str:
    return ":root {\n" + "".join(f"  {line};\n" for line in declarations) + "}\n" if declarations else ""

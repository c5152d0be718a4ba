"""The layout does not rest on CSS that large mail programs do not support, see `preflight.css_support`."""

from collections.abc import Iterator

from newsletter.preflight.css_support import harmful_css, load_features
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

LONGEST = 60  # characters of a declaration that are shown


def examine(draft: Draft) -> Iterator[Remark]:
    for declaration, feature in harmful_css(draft.html, load_features()):
        shown = declaration if len(declaration) <= LONGEST else f"{declaration[:LONGEST]}…"
        programs = ", ".join(feature.unsupported)
        yield warning(f"“{shown}” in the theme is not supported by {programs}.", kind=feature.title)


CSS_SUPPORT = Rule(
    "css_support",
    examine,
    about="The theme relies on CSS that large mail programs do not support.",
)

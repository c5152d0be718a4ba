"""Jinja filters for documents, the same in emails and on web pages.

They read `wording` from the template's context, so that one environment serves every language and recipient:
`environment.filters.update(FILTERS)`, then render with `wording=Wording(…)`. Templates that are imported need
`with context`.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from gettext import NullTranslations
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from newsletter.core.errors import Refused
from newsletter.document import attribution, richtext
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.cut import CLOSING_MARKS, ELLIPSIS, Cut, cut
from newsletter.document.image import Image
from newsletter.document.item import Item
from newsletter.document.merge import DEFAULTS, TOKENS, Substitution
from newsletter.document.provenance import Provenance
from newsletter.rendering import plain_text
from newsletter.rendering.render_input import MediaImage


@dataclass(frozen=True)
class Wording:
    """How the words of a document are written out: for whom, in which language, with which images.

    Merge fields give way to their defaults unless another `substitution` is given; `media` holds the images
    the document names as `media:KEY`.
    """

    language: str = "en"
    substitution: Substitution = DEFAULTS
    translations: NullTranslations = field(default_factory=NullTranslations)
    media: Mapping[str, MediaImage] = field(default_factory=dict)

    def day(self, day: date, length: str = "long") -> str:
        """`15 May 2026` in the language's own way; `full` has the weekday too."""
        try:
            locale = Locale.parse(self.language, sep="-")
        except (ValueError, UnknownLocaleError):
            locale = Locale("en")
        if locale.language == "en" and not locale.territory:
            pattern = {"long": "d MMMM y", "full": "EEEE, d MMMM y"}[length]
            return format_date(day, pattern, locale=locale)
        return format_date(day, format=length, locale=locale)


def _wording(context: Context) -> Wording:
    wording = context["wording"]
    if not isinstance(wording, Wording):
        raise TypeError("render this template with wording=Wording(…)")
    return wording


@pass_context
def words(context: Context, text: str) -> str:
    """One line of text with its merge fields filled; to be escaped by the template."""
    return _wording(context).substitution.words(text)


@pass_context
def href(context: Context, url: str) -> str:
    """A URL with its merge fields filled."""
    return _wording(context).substitution.url(url)


@pass_context
def rich(context: Context, text: str) -> Markup:
    """Markdown as safe HTML of paragraphs and lists."""
    return Markup(richtext.to_html(text, _wording(context).substitution))  # noqa: S704 - cleaned by nh3


@pass_context
def rich_inline(context: Context, text: str) -> Markup:
    """Markdown as safe HTML inside a line."""
    return Markup(richtext.to_inline_html(text, _wording(context).substitution))  # noqa: S704 - cleaned by nh3


@pass_context
def plain(context: Context, text: str) -> str:
    """Markdown as plain text, link addresses in parentheses."""
    return richtext.to_plain(text, _wording(context).substitution)


@pass_context
def lines(context: Context, text: str) -> Markup:
    """Plain text as HTML that keeps its line breaks."""
    filled = _wording(context).substitution.words(text).strip("\n")
    return Markup("<br>\n").join(escape(line) for line in filled.split("\n"))


@pass_context
def attributed(context: Context, item: Item | FeatureSection) -> str:
    """An item's blurb as Markdown with its outlet woven in."""
    return attribution.attributed(item.blurb, item.provenance, _wording(context).translations.gettext)


@pass_context
def attribution_phrase(context: Context, provenance: Provenance) -> str:
    """The bare attribution as Markdown: `reported *X*`."""
    return attribution.phrase(provenance, _wording(context).translations.gettext)


@pass_context
def source_line(context: Context, provenance: Provenance) -> str:
    """Outlet, byline and date as one line of Markdown, without what the blurb says already."""
    wording = _wording(context)
    return attribution.source_line(provenance, wording.day, wording.translations.gettext)


@pass_context
def shortened(context: Context, item: Item, section: LatestSection) -> Cut:
    """An item's blurb, with its outlet woven in, cut as its section says: plain text, merge fields filled."""
    wording = _wording(context)
    text = attribution.attributed(item.blurb, item.provenance, wording.translations.gettext)
    result = cut(richtext.to_plain(text, TOKENS, links=False), section.length, section.cut_at)
    return Cut(wording.substitution.words(result.text), result.shortened)


def unfinished(text: str) -> str:
    """A cut text without its ellipsis, for where “…continue reading” follows."""
    body, ellipsis, marks = text.rpartition(ELLIPSIS)
    return body + marks if ellipsis and not marks.strip(CLOSING_MARKS) else text


def own_direction(text: str) -> str:
    """`rtl` or `ltr`, whichever the first letter that has a direction has (UAX #9, P2); empty without one."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return ""


@pass_context
def day(context: Context, value: date, length: str = "long") -> str:
    """A date in the reader's language, `long` or `full`."""
    return _wording(context).day(value, length)


@pass_context
def picture(context: Context, image: Image | None) -> MediaImage | None:
    """The picture of an image field, None where there is none yet; Refused for an unknown media key."""
    if image is None or not image.src:
        return None
    wording = _wording(context)
    alt = wording.substitution.words(image.alt)
    if not image.src.startswith("media:"):
        return MediaImage(image.src, image.width, image.height, alt)
    key = image.src.removeprefix("media:")
    stored = wording.media.get(key)
    if stored is None:
        message = f"There is no uploaded image called “{key}”."
        raise Refused("media_missing", message, {image.src: message})
    width, height = (image.width, image.height) if image.width else (stored.width, stored.height)
    return MediaImage(stored.url, width, height, alt or stored.alt)


FILTERS: dict[str, Callable[..., Any]] = {
    "attributed": attributed,
    "attribution_phrase": attribution_phrase,
    "day": day,
    "href": href,
    "lines": lines,
    "own_direction": own_direction,
    "picture": picture,
    "plain": plain,
    "rich": rich,
    "rich_inline": rich_inline,
    "shortened": shortened,
    "source_line": source_line,
    "unfinished": unfinished,
    "underlined": plain_text.underlined,
    "words": words,
    "wrapped": plain_text.wrapped,
}

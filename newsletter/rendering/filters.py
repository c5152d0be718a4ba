"""Jinja filters for documents, the same in emails and on web pages.

They read `wording` from the template's context, so that one environment serves every language and recipient:
`environment.filters.update(FILTERS)`, then render with `wording=Wording(…)`. Templates that are imported need
`with context`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from gettext import NullTranslations
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from newsletter.core import bidi, i18n
from newsletter.core.dates import write_day
from newsletter.core.errors import Refused
from newsletter.document import attribution, richtext
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.cut import CLOSING_MARKS, ELLIPSIS, Cut, cut
from newsletter.document.image import Image
from newsletter.document.item import Item
from newsletter.document.merge import DEFAULTS, TOKENS, Substitution
from newsletter.document.plain_urls import profile_url, split_urls
from newsletter.document.provenance import Provenance
from newsletter.rendering import direction as directions
from newsletter.rendering import plain_text
from newsletter.rendering.render_input import MediaImage


@dataclass(frozen=True)
class Wording:
    """How the words of a document are written out: for whom, in which language, with which images.

    Merge fields give way to their defaults unless another `substitution` is given; `media` holds the images
    the document names as `media:KEY`. Texts that are `untranslated` are in `original_language`.
    """

    language: str = "en"
    substitution: Substitution = DEFAULTS
    translations: NullTranslations = field(default_factory=NullTranslations)
    media: Mapping[str, MediaImage] = field(default_factory=dict)
    untranslated: Collection[str] = ()
    original_language: str = ""

    def phrasing(self, url: str = "") -> attribution.Phrasing:
        """How outlets are named in this language, linked to `url` if there is one."""
        return attribution.Phrasing(self.translations.gettext, self.language, url)

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return i18n.direction(self.language)

    def in_plain_text(self) -> "Wording":
        """The same for the text part: merge fields are isolated where directions mix."""
        if self.direction == "ltr":
            return self  # a reader's value from right to left is isolated when it is filled in
        word = self.substitution.word
        return replace(
            self, substitution=replace(self.substitution, word=lambda field: bidi.isolated(word(field)))
        )

    def marked_up(self, html: str) -> Markup:
        """Safe HTML with directions marked where they may mix."""
        isolated = directions.isolates_as_html(html)
        return Markup(directions.isolate_ltr_in_html(isolated, self.direction))  # noqa: S704 - cleaned by nh3

    def reading_time(self, minutes: int) -> str:
        """`4 min read` in this language."""
        template = self.translations.ngettext("%(num)s min read", "%(num)s min read", minutes)
        return template % {"num": minutes}

    def day(self, day: date, length: str = "long") -> str:
        """`15 May 2026` in the language's own way; `full` has the weekday too."""
        return write_day(day, self.language, length)


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
    """Where a link to `url` leads, its merge fields filled."""
    return _wording(context).substitution.url(url)


@pass_context
def rich(context: Context, text: str) -> Markup:
    """Markdown as safe HTML of paragraphs and lists."""
    wording = _wording(context)
    return wording.marked_up(richtext.to_html(text, wording.substitution))


@pass_context
def rich_inline(context: Context, text: str) -> Markup:
    """Markdown as safe HTML inside a line."""
    wording = _wording(context)
    return wording.marked_up(richtext.to_inline_html(text, wording.substitution))


@pass_context
def plain(context: Context, text: str) -> str:
    """Markdown as plain text, link addresses in parentheses."""
    wording = _wording(context)
    return directions.isolate_phones_in_text(richtext.to_plain(text, wording.substitution), wording.direction)


@pass_context
def lines(context: Context, text: str) -> Markup:
    """Plain text as HTML that keeps its line breaks."""
    filled = _wording(context).substitution.words(text).strip("\n")
    return _broken(filled)


@pass_context
def lines_with_links(context: Context, text: str) -> Markup:
    """The same with the addresses in it as links."""
    wording = _wording(context)
    filled = wording.substitution.words(text).strip("\n")
    redirected = wording.substitution.redirected
    pieces = [
        Markup('<a class="link" href="{}">{}</a>').format(redirected(url), url) if url else _broken(piece)
        for piece, url in split_urls(filled)
    ]
    return wording.marked_up(Markup("").join(pieces))


def _broken(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


@pass_context
def redirected(context: Context, text: str) -> str:
    """Plain text, filled already, in which each address is the one that a link to it leads to."""
    leads_to = _wording(context).substitution.redirected
    return "".join(leads_to(url) if url else piece for piece, url in split_urls(text))


@pass_context
def attributed(context: Context, item: Item | FeatureSection, url: str = "") -> str:
    """An item's blurb as Markdown with its outlet woven in, as a link if there is a `url`."""
    return attribution.attributed(item.blurb, item.provenance, _wording(context).phrasing(url))


@pass_context
def attribution_phrase(context: Context, provenance: Provenance) -> str:
    """The bare attribution as Markdown: `reported *X*`."""
    return attribution.phrase(provenance, _wording(context).phrasing())


@pass_context
def source_line(context: Context, provenance: Provenance, url: str = "") -> str:
    """Outlet, byline and date as one line of Markdown, without what the blurb says already."""
    wording = _wording(context)
    return attribution.source_line(provenance, wording.day, wording.phrasing(url))


@pass_context
def shortened(context: Context, item: Item, section: LatestSection) -> Cut:
    """An item's blurb, with its outlet woven in, cut as its section says: plain text, merge fields filled."""
    wording = _wording(context)
    text = attribution.attributed(item.blurb, item.provenance, wording.phrasing())
    result = cut(richtext.to_plain(text, TOKENS, links=False), section.length, section.cut_at)
    return Cut(wording.substitution.words(result.text), result.shortened)


def unfinished(text: str) -> str:
    """A cut text without its ellipsis, for where “…continue reading” follows."""
    body, ellipsis, marks = text.rpartition(ELLIPSIS)
    return body + marks if ellipsis and not marks.strip(CLOSING_MARKS) else text


@pass_context
def text_direction(context: Context, text: str) -> str:
    """The `dir` of the element that holds `text`, Markdown or plain."""
    return directions.direction_of(text, _wording(context).direction)


@pass_context
def turned(context: Context, text: str) -> str:
    """` turned`, the class of a text in the other direction than its issue; empty for any other."""
    return " turned" if directions.is_turned(text, _wording(context).direction) else ""


@pass_context
def lang(context: Context, text: str) -> Markup:
    """The attribute `lang` of the element that holds `text`, where it was not translated; else nothing."""
    wording = _wording(context)
    if not text or text not in wording.untranslated:
        return Markup("")
    return Markup(' lang="{}"').format(wording.original_language)


@pass_context
def isolated(context: Context, text: str) -> str:
    """A name or date in plain text, so that its direction and that of its line do not mix."""
    return directions.isolate(text, _wording(context).direction)


@pass_context
def postal(context: Context, text: str) -> Markup:
    """A postal address as HTML, line by line."""
    return directions.address_lines(text, _wording(context).direction)


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


def ended_once(sentence: str) -> str:
    """`sentence`, which may be markup, with one full stop where it ends in a name that has its own."""
    for end in ("", "</bdi>", bidi.POP_ISOLATE):
        if sentence.endswith(f".{end}."):
            return sentence[:-1]
    return sentence


FILTERS: dict[str, Callable[..., Any]] = {
    "attributed": attributed,
    "attribution_phrase": attribution_phrase,
    "day": day,
    "ended_once": ended_once,
    "href": href,
    "isolated": isolated,
    "lang": lang,
    "lines": lines,
    "lines_with_links": lines_with_links,
    "picture": picture,
    "plain": plain,
    "postal": postal,
    "profile_url": profile_url,
    "redirected": redirected,
    "rich": rich,
    "rich_inline": rich_inline,
    "shortened": shortened,
    "source_line": source_line,
    "text_direction": text_direction,
    "turned": turned,
    "unfinished": unfinished,
    "underlined": plain_text.underlined,
    "words": words,
    "wrapped": plain_text.wrapped,
}

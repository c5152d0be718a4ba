"""Compose: a document, a theme and a variant become HTML, text, subject and preheader with open slots."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from newsletter.core.i18n import direction, translations
from newsletter.document.document import Document
from newsletter.document.merge import MergeField, Substitution, fields_in, substitute
from newsletter.document.reading_time import reading_minutes
from newsletter.document.section import Section, is_empty
from newsletter.rendering.contents import NO_CONTENTS, Contents, contents_of
from newsletter.rendering.direction import isolate_slots
from newsletter.rendering.environment import render
from newsletter.rendering.extent import refuse_too_large
from newsletter.rendering.filters import Wording
from newsletter.rendering.inline import InlinedParts
from newsletter.rendering.plain_text import tidy
from newsletter.rendering.redirects import hidden_html, redirect_of
from newsletter.rendering.render_input import RenderInput
from newsletter.rendering.slots import Slot, SlotMode, SlotTable
from newsletter.rendering.theme import Tokens
from newsletter.rendering.themes import THEMES
from newsletter.rendering.variant import sections_of

UNSUBSCRIBE = Slot("unsubscribe_url", mode=SlotMode.URL)
PREFERENCES = Slot("preferences_url", mode=SlotMode.URL)

_PREHEADER_ROOM = 140  # characters of the list preview that the padding keeps free of the mail's first words


@dataclass(frozen=True)
class Composed:
    """A rendered variant; all four texts hold the placeholders of `slots`. CSS still stands in `<style>`."""

    html: str
    text: str
    subject: str
    preheader: str
    slots: SlotTable
    inlined: InlinedParts | None = None  # of a custom template, which has its CSS inlined already


def compose(
    given: RenderInput, slots: SlotTable | None = None, redirect: Callable[[str], str] | None = None
) -> Composed:
    """Render both parts of an issue once, for everybody who gets this variant.

    `slots` is made anew unless it is given, and `redirect` is that of `given`. Raises Refused for an unknown
    theme, unusable design tokens, images that are not there, documents of a size that no mail program shows
    and a custom template that cannot be used (with its line), and OperatorMustAct for a broken theme.
    """
    refuse_too_large(given.document)
    slots = slots or SlotTable()
    if given.template is not None:
        # Few publications have one, and this takes as long to import as a command needs to start.
        from newsletter.rendering.custom_template.process import ask
        from newsletter.rendering.custom_template.request import Request

        answer = ask(Request(given, slots))
        slots.slots[:] = answer.slots.slots
        if redirect is not None:
            for url in answer.followed:
                redirect(url)
        return Composed(
            answer.html, answer.text, answer.subject, answer.preheader, slots, inlined=answer.inlined
        )
    context = template_context(given, slots, redirect or redirect_of(given, slots))
    folder = THEMES[given.theme].folder
    return compose_with(given.document, render([f"{folder}/issue.html"], context), context, slots)


def compose_with(document: Document, html: str, context: dict[str, Any], slots: SlotTable) -> Composed:
    """An issue of which the HTML is rendered already."""
    in_text = context | {"wording": context["wording"].in_plain_text()}
    if context["tokens"].contents != "list":
        in_text["contents"] = NO_CONTENTS
    folder = context["theme"].folder
    return Composed(
        html=isolate_slots(_with_hidden(html, context["hidden"]), slots),
        text=tidy(render([f"{folder}/issue.txt", "base/issue.txt"], in_text)),
        subject=context["wording"].substitution.words(document.subject),
        preheader=context["preheader"],
        slots=slots,
    )


def template_context(
    given: RenderInput, slots: SlotTable, redirect: Callable[[str], str] | None = None
) -> dict[str, Any]:
    """Everything that the templates of themes and blocks may use."""
    theme = THEMES[given.theme]
    document, publication = given.document, given.publication
    language = document.language or publication.language
    substitution = substitution_for(slots, publication.name, redirect)
    preheader = substitution.words(document.preheader).strip()
    rtl = direction(language) == "rtl"
    tokens = theme.styled(publication.tokens)
    sections = [each for each in sections_of(document, given.variant) if not is_empty(each)]
    return {
        "wording": Wording(
            language,
            substitution,
            translations(language),
            given.media,
            frozenset(given.untranslated),
            given.original_language,
        ),
        "document": document,
        "sections": sections,
        "contents": listed_contents(tokens, sections),
        "reading_minutes": shown_minutes(tokens, document, sections, language),
        "publication": publication,
        "issue": given.issue,
        "links": given.links,
        "theme": theme.at_width(int(tokens.email_width)),
        "tokens": tokens,
        "language": language,
        "direction": "rtl" if rtl else "ltr",
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
        "arrow": "←" if rtl else "→",
        "page_title": _page_title(given),
        "preheader": preheader,
        "padding": range(max(0, _PREHEADER_ROOM - len(preheader))),
        "unsubscribe_url": slots.placeholder(UNSUBSCRIBE),
        "preferences_url": slots.placeholder(PREFERENCES),
        "hidden": hidden_html(given.tracking, slots) if given.tracking else "",
    }


def _with_hidden(html: str, hidden: str) -> str:
    """`html` with what nobody sees at the end of its body, whatever template it is of."""
    if not hidden:
        return html
    before, end, after = html.rpartition("</body>")
    return f"{before}{hidden}{end}{after}" if end else html + hidden


def listed_contents(tokens: Tokens, sections: Sequence[Section]) -> Contents:
    """The contents that the designed part of an email lists, as the theme or the publication wants it."""
    if tokens.contents == "none":
        return NO_CONTENTS
    return contents_of(sections, headlines=tokens.contents == "list")


def shown_minutes(tokens: Tokens, document: Document, sections: Sequence[Section], language: str) -> int:
    """The reading time in minutes; 0 where it is not shown."""
    return reading_minutes(document, sections, language) if tokens.reading_time == "yes" else 0


def _page_title(given: RenderInput) -> str:
    """The name of the message as a document, the same for all: its subject, or its title if that greets.

    A subject with a reader's name in it would read “Reader: five stories” here.
    """
    document, name = given.document, given.publication.name
    for line in (document.subject.strip(), document.title):
        filled = substitute(line, lambda field: name if field.name == "publication_name" else str(field))
        if filled and not fields_in([filled]):
            return filled
    return name


def substitution_for(
    slots: SlotTable, publication_name: str, redirect: Callable[[str], str] | None = None
) -> Substitution:
    """Merge fields become slots, but for the publication's name, which is the same for everybody."""

    def word(field: MergeField) -> str:
        if field.name == "publication_name":
            return publication_name
        return slots.placeholder(Slot(field.name, field.default, SlotMode.TEXT))

    def url_part(field: MergeField) -> str:
        if field.name == "publication_name":
            return quote(publication_name, safe="")
        return slots.placeholder(Slot(field.name, field.default, SlotMode.URL_PART))

    return Substitution(word, url_part, redirect)

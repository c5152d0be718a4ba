"""Compose: a document, a theme and a variant become HTML, text, subject and preheader with open slots."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from newsletter.core.i18n import direction, translations
from newsletter.document.merge import DEFAULTS, Filling, MergeField
from newsletter.rendering.environment import render
from newsletter.rendering.filters import Wording
from newsletter.rendering.plain_text import tidy
from newsletter.rendering.render_input import RenderInput
from newsletter.rendering.slots import Slot, SlotMode, SlotTable
from newsletter.rendering.themes import THEMES
from newsletter.rendering.variant import sections_of

UNSUBSCRIBE = Slot("unsubscribe_url", mode=SlotMode.URL)
PREFERENCES = Slot("preferences_url", mode=SlotMode.URL)

_PREHEADER_ROOM = 140  # characters of the list preview that the padding keeps free of the mail's first words


@dataclass(frozen=True)
class Composed:
    """A rendered variant; all four texts hold the sentinels of `slots`. CSS still stands in `<style>`."""

    html: str
    text: str
    subject: str
    preheader: str
    slots: SlotTable


def compose(given: RenderInput) -> Composed:
    """Render both parts of an issue once, for everybody who gets this variant.

    Raises Refused for an unknown theme, unusable design tokens and images that are not there, and
    OperatorMustAct for a broken template.
    """
    theme = THEMES[given.theme]
    slots = SlotTable()
    language = given.document.language or given.publication.language
    filling = filling_for(slots, given.publication.name)
    wording = Wording(language, filling, translations(language), given.media)
    preheader = filling.words(given.document.preheader).strip()
    context = _context(given, wording) | {
        "tokens": theme.styled(given.publication.tokens),
        "theme_folder": theme.folder,
        "preheader": preheader,
        "padding": range(max(0, _PREHEADER_ROOM - len(preheader))),
        "unsubscribe_url": slots.sentinel(UNSUBSCRIBE),
        "preferences_url": slots.sentinel(PREFERENCES),
    }
    return Composed(
        html=render([f"{theme.folder}/issue.html"], context),
        text=tidy(render([f"{theme.folder}/issue.txt", "base/issue.txt"], context)),
        subject=filling.words(given.document.subject),
        preheader=preheader,
        slots=slots,
    )


def filling_for(slots: SlotTable, publication_name: str) -> Filling:
    """Merge fields become slots, but for the publication's name, which is the same for everybody."""

    def word(field: MergeField) -> str:
        if field.name == "publication_name":
            return publication_name
        return slots.sentinel(Slot(field.name, field.default, SlotMode.TEXT))

    def url_part(field: MergeField) -> str:
        if field.name == "publication_name":
            return quote(publication_name, safe="")
        return slots.sentinel(Slot(field.name, field.default, SlotMode.URL_PART))

    return Filling(word, url_part)


def _context(given: RenderInput, wording: Wording) -> dict[str, Any]:
    rtl = direction(wording.language) == "rtl"
    document = given.document
    return {
        "wording": wording,
        "document": document,
        "sections": sections_of(document, given.variant),
        "publication": given.publication,
        "issue": given.issue,
        "links": given.links,
        "language": wording.language,
        "direction": "rtl" if rtl else "ltr",
        "start": "right" if rtl else "left",
        "end": "left" if rtl else "right",
        "arrow": "←" if rtl else "→",
        "page_title": DEFAULTS.words(document.subject).strip() or DEFAULTS.words(document.title),
    }

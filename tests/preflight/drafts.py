"""Drafts to judge: a sound one, and how to spoil it."""

import dataclasses
import json
from datetime import date
from typing import Any

from newsletter.document import Document, loads
from newsletter.document.edition import Edition
from newsletter.document.translate import texts_in
from newsletter.preflight.draft import Draft
from newsletter.publications.models import Publication
from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.slots import Slot, SlotTable


def compiled(html: str = "", text: str = "") -> CompiledMessage:
    slots = SlotTable()
    leave = slots.placeholder(Slot("unsubscribe_url"))
    return compile_message(
        f"<html><body><p>{html or leave}</p></body></html>",
        text or leave,
        "Subject",
        MessageHeaders(from_email="a@weekly.example"),
        slots,
    )


def document(**facts: Any) -> Document:
    given = {
        "title": "Week one",
        "subject": "What happened",
        "preheader": "Three stories and a mill",
        "sections": [{"type": "text", "id": "t", "text": "Good morning."}],
    }
    return loads(json.dumps(given | facts))


def sound(**facts: Any) -> Draft:
    publication = Publication(
        slug="weekly",
        name="The Weekly",
        sender_name="The Weekly",
        sender_email="editor@weekly.example",
        reply_to="",
        postal_address="1 Mill Lane",
    )
    return Draft(
        document=document(**facts),
        publication=publication,
        today=date(2026, 11, 20),
        compiled=compiled(),
        html="<p>small</p>",
    )


def a_section(**facts: Any) -> Draft:
    return sound(sections=[{"id": "s"} | facts])


def for_seventeen_groups() -> list[dict[str, Any]]:
    """Sections that each are for other readers."""
    languages = (f"de-{n:02}" for n in range(17))
    return [{"type": "text", "text": "x", "visibility": {"languages": [each]}} for each in languages]


def in_german(title: str = "Hallo", of: str = "Hello", **facts: Any) -> Draft:
    """A draft called “Hello” whose German edition has this title, made from `of`."""
    texts = [{"at": "title", "source": of, "text": title}]
    edition = {"language": "de", "texts": texts}
    draft = sound(title="Hello", subject="", preheader="", sections=[], editions=[edition], **facts)
    entries = texts_in(draft.document, draft.document.editions[0])
    return dataclasses.replace(draft, editions={"de": entries})


def in_own_language() -> Draft:
    """A draft with an edition in the language that its publication has by now."""
    draft = in_german()
    draft.publication.language = "de"
    return draft


def with_translation(text: str, translated: str) -> Draft:
    """A draft with one text and its German translation."""
    edition = {"language": "de", "texts": [{"at": "s.text", "source": text, "text": translated}]}
    draft = a_section(type="text", text=text)
    document = draft.document.model_copy(
        update={"editions": (Edition.model_validate_json(json.dumps(edition)),)}
    )
    entries = texts_in(document, document.editions[0])
    return dataclasses.replace(draft, document=document, editions={"de": entries})


def with_snippet(**facts: Any) -> Draft:
    """A draft that uses a snippet."""
    draft = a_section(type="snippet", key="support", text="Give what a coffee costs.")
    return dataclasses.replace(draft, **facts)


def of_publication(**facts: str) -> Draft:
    draft = sound()
    for name, value in facts.items():
        setattr(draft.publication, name, value)
    return draft


def with_facts(**facts: Any) -> Draft:
    return dataclasses.replace(sound(), **facts)


STORY = {"headline": "A mill", "url": "https://example.org/mill", "blurb": "It turns."}
PICTURE = {"src": "https://example.org/a.png", "alt": "A mill", "credit": "Ilse"}
WORDS = {"e-mail": "email", "internet": "Internet", "Kiev": "Kyiv (Kiev)", "world wide web": "web"}

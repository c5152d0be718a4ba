"""Drafts to judge: a sound one, and how to spoil it."""

import dataclasses
import json
from datetime import date
from typing import Any

from newsletter.document import Document, loads
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

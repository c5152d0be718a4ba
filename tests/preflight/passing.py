"""What each rule lets pass although it is near to what it objects to: drafts by the rule's key."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from newsletter.curation.link_checks.find import CheckedLink
from newsletter.pages.page import Trouble
from newsletter.preflight.draft import Draft, ImageWords
from newsletter.preflight.spam_checks.spamd import SpamScore
from newsletter.rendering.parts import PartBytes
from tests.preflight.drafts import (
    PICTURE,
    STORY,
    a_section,
    compiled,
    in_german,
    of_publication,
    sound,
    with_facts,
    with_snippet,
    with_translation,
)
from tests.preflight.failing import listed


def checked(**found: Any) -> Draft:
    """A draft with one story, at whose link a worker found nothing that keeps readers out."""
    facts = {"trouble": Trouble.NONE, "detail": "", "final_url": "", "headline": ""} | found
    draft = a_section(type="links", items=[STORY])
    return dataclasses.replace(draft, checked_links={STORY["url"]: CheckedLink(**facts)})


def with_picture(**facts: Any) -> Callable[[], Draft]:
    return partial(a_section, type="image", image=PICTURE | facts)


def with_text(text: str) -> Callable[[], Draft]:
    return partial(a_section, type="text", text=text)


def uploaded() -> Draft:
    """A picture whose words stand in the media library."""
    draft = a_section(type="image", image={"src": "media:00"})
    return dataclasses.replace(draft, media={"media:00": ImageWords("A mill", "Ilse")})


PASSING: dict[str, list[Callable[[], Draft]]] = {
    "editions": [in_german, partial(in_german, language="en")],
    "edition_links": [
        partial(
            with_translation,
            "Hi {{ first_name }}, see [this](https://a.example/)",
            'Hallo {{ first_name | default: "Sie" }}, siehe [hier](https://a.example/)',
        ),
        partial(with_translation, "See this", "Siehe [hier](https://b.example/)"),
    ],
    "render": [lambda: with_facts(compiled=compiled())],
    "entities": [partial(sound, subject="AT&T & R&D"), with_text("`a &lt; b` &amp; more")],
    "long_words": [
        with_text("a" * 34),
        with_text("Donau\u00addampf\u00adschiffahrts\u00adgesellschaft"),
    ],
    "subject": [partial(sound, subject='{{ first_name | default: "Reader" }}')],
    "preheader": [partial(sound, preheader="What happened, and why")],
    "sender": [
        partial(of_publication, sender_email="ana@müller.example"),
        partial(of_publication, reply_to=""),
    ],
    "postal_address": [partial(of_publication, postal_address="x")],
    "unsubscribe": [lambda: with_facts(compiled=None), lambda: with_facts(compiled=compiled())],
    "empty": [partial(sound, sections=[{"type": "text", "text": "Hello"}, {"type": "divider"}])],
    "incomplete": [
        partial(a_section, type="links", items=[STORY]),
        partial(a_section, type="quotes", items=[{"text": "It turns", "author": "Mira"}]),
    ],
    "placeholders": [partial(sound, subject="Tokyo and the TKO"), with_text("[A link](https://a.example/)")],
    "merge_fields": [
        partial(sound, preheader="From {{ publication_name }}"),
        with_text('Dear {{ first_name | default: "reader" }}'),
    ],
    "snippets": [partial(with_snippet, missing_snippets=frozenset({"who-we-are"}))],
    "media": [uploaded],
    "alt": [with_picture(alt="A mill"), uploaded],
    "credit": [with_picture(credit="Ilse"), uploaded],
    "file_name_alt": [with_picture(alt="Photo of a mill"), with_picture(alt="Picture 3 of the mill")],
    "hot_links": [uploaded],
    "checked_links": [
        partial(checked, trouble=Trouble.REGION),
        partial(checked, final_url=STORY["url"]),
        lambda: a_section(type="links", items=[STORY]),
    ],
    "page_headlines": [
        partial(checked, headline="A mill"),
        partial(checked, headline="The old mill", collected="The old mill"),
    ],
    "duplicate_links": [
        partial(a_section, type="links", items=[STORY, STORY | {"url": "https://example.org/mill?page=2"}]),
    ],
    "http_links": [with_text("See [this](https://example.org/http://).")],
    "short_links": [with_text("See [the mill](https://rabbit.ly/3xY).")],
    "link_text": [with_text("[Read more about the mill](https://a.example/).")],
    "future_dates": [
        partial(a_section, type="links", items=[STORY | {"provenance": {"published": "2026-11-20"}}]),
    ],
    "relative_days": [
        with_text("The todays of yesteryear."),
        partial(sound, language="de", subject="Guten Morgen"),
    ],
    "doubled_words": [with_text("She had had enough."), with_text("It is the. The mill.")],
    "quotation_marks": [with_text("She said: “It turns.”"), with_text('A 6" pipe (of iron)')],
    "review_date": [partial(a_section, type="about", text="We are.", review_by="2026-11-20")],
    "size": [lambda: with_facts(html="x" * 89_999)],
    "visibility": [
        partial(a_section, type="text", text="x", visibility={"topics": []}),
        lambda: dataclasses.replace(
            a_section(type="text", text="x", visibility={"topics": ["boats"], "segments": ["press"]}),
            topics=frozenset({"boats"}),
            segments=frozenset({"press"}),
        ),
    ],
    "audience": [lambda: with_facts(has_readers=True)],
    "tested": [lambda: with_facts(tested=True)],
    "approval": [lambda: with_facts(approved=True)],
    "item_bytes": [
        lambda: with_facts(parts=(PartBytes("sections[0]", 10_000),)),
        lambda: dataclasses.replace(
            a_section(type="links", items=[STORY]),
            parts=(PartBytes("sections[0]", 30_000), PartBytes("sections[0].items[0]", 9_000)),
        ),
    ],
    "image_heavy": [partial(a_section, type="image", image=PICTURE | {"caption": "It turns. " * 8}), sound],
    "message_urls": [
        lambda: with_facts(html='<a href="#top"></a><a href="mailto:a@b.example">src="/x" data:</a>'),
        lambda: with_facts(html='<img src="https://a.example/data:x?href=/y">'),
    ],
    "css_support": [
        lambda: with_facts(html='<td style="border-radius:3px;float:none;display:block;padding:0">'),
        lambda: with_facts(html="<td style='font-family:\"calc(\"'>position:absolute</td>"),
    ],
    "spam_score": [lambda: with_facts(spam=SpamScore(4.9)), lambda: with_facts(spam=None)],
    "sender_dns": [lambda: with_facts(sender_problems=())],
    "word_list": [
        partial(sound, subject="Our e-mail"),  # there is no list
        lambda: listed(sound(subject="Email on the Internet, e-mails, Kyiv (Kiev)")),
        lambda: listed(a_section(type="text", text="[email](https://a.example/e-mail)")),
    ],
}

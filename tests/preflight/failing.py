"""What each rule objects to: drafts by the rule's key, each with the level and the place that is told."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from newsletter.curation.link_checks.find import CheckedLink
from newsletter.pages.page import Trouble
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Level
from newsletter.preflight.settings import RuleSettings
from newsletter.preflight.spam_checks.spamd import SpamScore
from newsletter.rendering.parts import PartBytes
from tests.preflight.drafts import (
    PICTURE,
    STORY,
    WORDS,
    a_section,
    compiled,
    for_seventeen_groups,
    in_german,
    in_own_language,
    of_publication,
    sound,
    with_facts,
    with_snippet,
    with_translation,
)

B, W = Level.BLOCKING, Level.WARNING
TEXT_PATH = "sections[0].text"
URL_PATH, HEADLINE_PATH = "sections[0].items[0].url", "sections[0].items[0].headline"


def checked(**found: Any) -> Draft:
    """A draft with one story, at whose link a worker found something."""
    facts = {"trouble": Trouble.NONE, "detail": "", "final_url": "", "headline": ""} | found
    draft = a_section(type="links", items=[STORY])
    return dataclasses.replace(draft, checked_links={STORY["url"]: CheckedLink(**facts)})


def measured(*parts: PartBytes) -> Draft:
    """A draft with one story, whose parts are as large as that."""
    return dataclasses.replace(a_section(type="links", items=[STORY]), parts=parts, html="x" * 50_000)


def listed(draft: Draft) -> Draft:
    """`draft`, with a word list."""
    return dataclasses.replace(draft, settings=RuleSettings(words=WORDS))


# rule → (what is wrong, level, place)
FAILING: dict[str, list[tuple[Callable[[], Draft], Level, str]]] = {
    "editions": [(partial(in_german, of="Hi"), B, ""), (in_own_language, B, "")],
    "edition_links": [
        (partial(with_translation, "[a](https://a.example/)", "[a](https://b.example/)"), W, TEXT_PATH),
        (partial(with_translation, "Hi {{ first_name }}", "Hallo"), W, TEXT_PATH),
    ],
    "render": [
        (lambda: with_facts(compiled=None, render_error="A template is broken."), B, ""),
        (
            lambda: with_facts(compiled=None, render_error="Too large.", render_place="sections[2].text"),
            B,
            "sections[2].text",
        ),
    ],
    "entities": [
        (lambda: sound(subject="Bread &amp; roses"), W, "subject"),
        (
            lambda: a_section(type="button", label="Go&nbsp;on", url="https://a.example/"),
            W,
            "sections[0].label",
        ),
        (lambda: a_section(type="quotes", items=[{"text": "It&#39;s"}]), W, "sections[0].items[0].text"),
    ],
    "long_words": [
        (lambda: sound(title="Mühlen" * 7), W, "title"),
        (lambda: a_section(type="text", text="a [b](https://a.example/) " + "c" * 40), W, "sections[0].text"),
        (lambda: a_section(type="quotes", items=[{"author": "A" * 50}]), W, "sections[0].items[0].author"),
        (
            lambda: a_section(type="text", text="See https://a.example/a/very/long/address/that/goes/on"),
            W,
            "sections[0].text",
        ),
    ],
    "subject": [
        (lambda: sound(subject=""), B, "subject"),
        (lambda: sound(subject="  "), B, "subject"),
        (lambda: sound(subject="{{ first_name }}"), B, "subject"),
    ],
    "preheader": [
        (lambda: sound(preheader=""), W, "preheader"),
        (lambda: sound(preheader=" what  HAPPENED"), W, "preheader"),
    ],
    "sender": [
        (lambda: of_publication(sender_email=""), B, ""),
        (lambda: of_publication(sender_email="the weekly"), B, ""),
        (lambda: of_publication(reply_to="desk@"), B, ""),
        (lambda: of_publication(sender_name=""), W, ""),
    ],
    "postal_address": [(lambda: of_publication(postal_address=" \n"), B, "")],
    "unsubscribe": [
        (lambda: with_facts(compiled=compiled(html="no link")), B, ""),
        (lambda: with_facts(compiled=compiled(text="no link")), B, ""),
    ],
    "empty": [
        (lambda: sound(sections=[]), B, "sections"),
        (lambda: sound(sections=[{"type": "divider"}, {"type": "links", "title": "Digest"}]), B, "sections"),
        (
            lambda: sound(sections=[{"type": "text", "text": "Hello"}, {"type": "quotes", "title": "Said"}]),
            W,
            "sections[1]",
        ),
    ],
    "incomplete": [
        (
            lambda: a_section(type="links", items=[STORY | {"headline": ""}]),
            B,
            "sections[0].items[0].headline",
        ),
        (lambda: a_section(type="latest", items=[STORY, STORY | {"url": ""}]), W, "sections[0].items[1].url"),
        (lambda: a_section(type="quotes", items=[{"author": "Mira"}]), B, "sections[0].items[0].text"),
        (lambda: a_section(type="quotes", items=[{"text": "Said"}]), W, "sections[0].items[0].author"),
        (lambda: a_section(type="feature", blurb="A film."), B, "sections[0].headline"),
        (lambda: a_section(type="feature", headline="A film"), W, "sections[0].url"),
        (lambda: a_section(type="button", url="https://example.org/"), B, "sections[0].label"),
        (lambda: a_section(type="button", label="Go"), B, "sections[0].url"),
        (lambda: a_section(type="image", image={"alt": "A mill"}), B, "sections[0].image.src"),
        (lambda: a_section(type="sponsor", text="Buy"), B, "sections[0].sponsor"),
    ],
    "placeholders": [
        (lambda: sound(subject="TK"), B, "subject"),
        (
            lambda: a_section(type="links", items=[STORY | {"blurb": "Lorem ipsum dolor"}]),
            B,
            "sections[0].items[0].blurb",
        ),
    ],
    "merge_fields": [
        (lambda: sound(preheader="Dear {{ first_name }}, hello"), W, "preheader"),
        (
            lambda: dataclasses.replace(
                a_section(type="text", text='In {{ attributes.town | default: "town" }}'),
                unknown_attributes=frozenset({"attributes.town"}),
            ),
            W,
            "sections[0].text",
        ),
    ],
    "snippets": [
        (partial(a_section, type="snippet"), B, "sections[0]"),
        (partial(with_snippet, missing_snippets=frozenset({"support"})), B, "sections[0]"),
        (partial(with_snippet, outdated_snippets=frozenset({"support"})), B, "sections[0]"),
    ],
    "media": [
        (lambda: a_section(type="image", image=PICTURE | {"src": "media:00"}), B, "sections[0].image.src")
    ],
    "alt": [
        (lambda: a_section(type="image", image=PICTURE | {"alt": ""}), W, "sections[0].image.alt"),
        (
            lambda: a_section(type="links", items=[STORY | {"image": PICTURE | {"alt": ""}}]),
            B,
            "sections[0].items[0].image.alt",
        ),
        (
            lambda: a_section(type="image", url="https://a.example/", image=PICTURE | {"alt": " "}),
            B,
            "sections[0].image.alt",
        ),
    ],
    "credit": [
        (lambda: a_section(type="image", image=PICTURE | {"credit": ""}), W, "sections[0].image.credit")
    ],
    "duplicate_links": [
        (
            lambda: a_section(
                type="links", items=[STORY, STORY | {"url": "http://www.example.org/mill/#top"}]
            ),
            W,
            "sections[0].items[1].url",
        ),
    ],
    "http_links": [
        (
            lambda: a_section(type="text", text="See [this](http://example.org/)."),
            W,
            "sections[0].text",
        )
    ],
    "review_date": [
        (
            lambda: a_section(type="about", text="We are.", owner="Mira", review_by="2026-11-19"),
            W,
            "sections[0].review_by",
        )
    ],
    "size": [
        (lambda: with_facts(html="x" * 90_000), W, ""),
        (lambda: with_facts(html="x" * 100_000), B, ""),
        (lambda: with_facts(html="é" * 50_000), B, ""),
    ],
    "visibility": [
        (
            partial(a_section, type="text", text="x", visibility={kind: ["boats"]}),
            B,
            "sections[0].visibility",
        )
        for kind in ("topics", "segments")
    ]
    + [(lambda: sound(sections=for_seventeen_groups()), B, "")],
    "file_name_alt": [
        (partial(a_section, type="image", image=PICTURE | {"alt": alt}), W, "sections[0].image.alt")
        for alt in ("image1", "IMG_2034", "photo", "ferry-2026.jpg", "2034")
    ],
    "hot_links": [(lambda: a_section(type="image", image=PICTURE), W, "sections[0].image.src")],
    "checked_links": [
        (lambda: checked(trouble=Trouble.MISSING, detail="status 404"), W, URL_PATH),
        (lambda: checked(trouble=Trouble.LOGIN), W, URL_PATH),
        (lambda: checked(final_url="https://example.org/other", moved=True), W, URL_PATH),
    ],
    "page_headlines": [
        (lambda: checked(headline="Something else entirely"), W, HEADLINE_PATH),
        (lambda: checked(headline="A mill burns", collected="A mill"), W, HEADLINE_PATH),
    ],
    "short_links": [
        (lambda: a_section(type="text", text="See [the mill](https://bit.ly/3xY)."), W, "sections[0].text")
    ],
    "link_text": [
        (partial(a_section, type="text", text=text), W, "sections[0].text")
        for text in ("[Click here](https://a.example/).", "[**read more** …](https://a.example/)")
    ],
    "future_dates": [
        (
            lambda: a_section(type="links", items=[STORY | {"provenance": {"published": "2026-11-21"}}]),
            W,
            "sections[0].items[0].provenance.published",
        )
    ],
    "relative_days": [
        (lambda: a_section(type="text", text="It opens *tomorrow* at nine."), W, "sections[0].text"),
        (lambda: sound(language="de", subject="Was heute geschah"), W, "subject"),
    ],
    "doubled_words": [
        (lambda: a_section(type="text", text="It is the *the* mill."), W, "sections[0].text"),
        (lambda: sound(subject="Mill mill happened"), W, "subject"),
    ],
    "quotation_marks": [
        (lambda: a_section(type="text", text="She said: “It turns."), W, "sections[0].text"),
        (lambda: sound(subject="What happened (and why"), W, "subject"),
        (lambda: sound(subject='The "mill turns'), W, "subject"),
    ],
    "audience": [(lambda: dataclasses.replace(sound(), has_readers=False), B, "")],
    "tested": [(lambda: dataclasses.replace(sound(), tested=False), W, "")],
    "approval": [(lambda: dataclasses.replace(sound(), approved=False), W, "")],
    "item_bytes": [
        (lambda: measured(PartBytes("sections[0]", 10_001)), W, "sections[0]"),
        (
            lambda: measured(PartBytes("sections[0]", 30_000), PartBytes("sections[0].items[0]", 20_000)),
            W,
            "sections[0].items[0]",
        ),
    ],
    "image_heavy": [(lambda: a_section(type="image", image=PICTURE), W, "")],
    "message_urls": [
        (partial(with_facts, html=html), W, "")
        for html in (
            '<a href="/archive">x</a>',
            "<img alt='' src='data:image/png;base64,AAAA'>",
            '<td background="//x.example/a.png">',
        )
    ],
    "css_support": [
        (partial(with_facts, html=f"<td style='color:red; {css}'>"), W, "")
        for css in (
            "display: flex",
            "position:absolute",
            "background:#fff url(https://a.example/a.png)",
            "width:calc(100% - 2px)",
            "color:var(--ink)",
            "padding-inline:2px",
        )
    ],
    "spam_score": [(lambda: with_facts(spam=SpamScore(5.0, ("HTML_IMAGE_ONLY_04",))), W, "")],
    "sender_dns": [
        (lambda: with_facts(sender_problems=("The domain weekly.example has no SPF record.",)), W, ""),
    ],
    "word_list": [
        (lambda: listed(sound(subject="Our E-Mail")), W, "subject"),
        (
            lambda: listed(a_section(type="text", text="Write us an *e-mail*, an e-mail.")),
            W,
            "sections[0].text",
        ),
        (lambda: listed(sound(title="The internet")), W, "title"),
        (lambda: listed(sound(title="INTERNET")), W, "title"),
        (lambda: listed(sound(title="News of the world wide web")), W, "title"),
    ],
}

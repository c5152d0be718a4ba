"""Random documents, merge fields and texts."""

import json
from datetime import date
from typing import Any

from hypothesis import strategies as st

from newsletter.core.bidi import find_misleading
from newsletter.document.blocks import BLOCKS
from newsletter.document.document import Document
from newsletter.document.merge import NAMES, MergeField

_ANY = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])

names = st.sampled_from(NAMES) | st.from_regex(r"attributes\.[a-z][a-z0-9_]{0,39}", fullmatch=True)
merge_fields = st.builds(MergeField, names, st.text(_ANY, max_size=20))
static_texts = st.text(_ANY, max_size=40).filter(lambda text: "{" not in text and "}" not in text)
texts = st.lists(static_texts | merge_fields.map(str), max_size=5).map("".join).map(lambda text: text[:100])
lines = texts.filter(
    lambda text: text.count("{{") == text.count("}}") and not find_misleading(text) and _parses(text)
)
urls = st.builds(
    lambda host, path, query: f"https://{host}.example.org/{path}?q={query}",
    st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9/_.~-]{0,20}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9]{0,5}", fullmatch=True) | merge_fields.map(str),
)
days = st.dates(date(1000, 1, 1), date(9999, 12, 31)).map(str)


def _parses(text: str) -> bool:
    from newsletter.document.errors import DocumentInvalid
    from newsletter.document.merge import parse

    try:
        parse(text)
    except DocumentInvalid:
        return False
    return True


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


images = some(
    src=urls.map(lambda url: url.partition("?")[0]) | st.just("media:a/b.png"), alt=lines, caption=lines
)
provenances = some(
    outlet=lines,
    style=st.sampled_from(["outlet", "reported", "according_to"]),
    byline=lines,
    published=days,
)
items = some(
    headline=lines, url=urls, blurb=lines, provenance=provenances, image=images, untracked=st.booleans()
)
visibilities = some(
    topics=st.lists(st.sampled_from(["sport", "arts"]), max_size=2), languages=st.just(["de", "pt-BR"])
)
quotes = some(author=lines, handle=lines, date=days, text=lines, permalink=urls, network=lines, credit=lines)
_FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "notice": {"items": st.lists(lines, max_size=3)},
    "links": {"intro": lines, "items": st.lists(items, max_size=3)},
    "about": {"text": lines, "image": images, "url": urls, "owner": lines, "review_by": days},
    "feature": {"headline": lines, "image": images, "video": st.booleans(), "provenance": provenances},
    "quotes": {"items": st.lists(quotes, max_size=3)},
    "latest": {
        "items": st.lists(items, max_size=3),
        "limit": st.integers(1, 50),
        "length": st.integers(40, 1_000),
        "cut_at": st.sampled_from(["sentence", "word"]),
    },
    "text": {"text": lines},
    "image": {"image": images, "url": urls},
    "button": {
        "label": lines,
        "url": urls | st.just("mailto:desk@example.org?subject=Hello"),
        "untracked": st.booleans(),
    },
    "divider": {},
    "sponsor": {"sponsor": lines, "headline": lines, "text": lines, "image": images, "url": urls},
    "snippet": {"key": st.sampled_from(["", "support", "who-we-are-2"]), "text": lines, "url": urls},
}


def _section(key: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just(key)}, optional={"title": lines, "visibility": visibilities} | _FIELDS[key]
    )


sections = st.sampled_from(BLOCKS.keys()).flatmap(_section)
document_texts = st.fixed_dictionaries(
    {"title": lines.filter(str.strip)},
    optional={
        "subject": lines,
        "preheader": lines,
        "language": st.sampled_from(["en", "de-AT", "ar", "zh-Hant"]),
        "summary": lines,
        "og_image": images,
        "sections": st.lists(sections, max_size=4),
    },
).map(json.dumps)
documents = document_texts.map(Document.model_validate_json)

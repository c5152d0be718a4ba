"""Walking through a document: every text, link and image with its place, for checks, tracking and media.

Of a document in several languages, only what it says in its own: `translate.in_edition` gives the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.document import merge
from newsletter.document.document import Document
from newsletter.document.fields import Model
from newsletter.document.image import Image
from newsletter.document.merge import MergeField
from newsletter.document.plain_urls import split_urls
from newsletter.document.richtext import link_urls

URL_FIELDS = frozenset({"url", "permalink"})
# What stays as it is in every language: names of people, papers and networks.
NAME_FIELDS = frozenset(
    {
        *("author", "handle", "network", "credit", "licence", "sponsor", "outlet", "byline"),
        "duration",
    }
)
PLAIN_FIELDS = NAME_FIELDS | {
    *("title", "subject", "preheader", "summary", "headline", "label", "link_label", "caption", "alt"),
}
RICH_FIELDS = frozenset({"text", "blurb", "intro", "items"})


@dataclass(frozen=True)
class Place:
    """A value and where it stands, such as `sections[2].items[0].url`."""

    path: str
    value: str


def texts(document: Document) -> Iterator[Place]:
    """Every string of the document that is not empty, in reading order: words, links, sources, ids."""
    for path, value, _ in _strings(document, ""):
        yield Place(path, value)


def links(document: Document) -> Iterator[Place]:
    """Every address that a reader can follow, in reading order, those inside rich text included."""
    for path, value, owner in _strings(document, ""):
        if _field(path) in URL_FIELDS:
            yield Place(path, value)
        elif _field(path) in RICH_FIELDS:
            urls = (url for _, url in split_urls(value) if url)
            found = urls if _is_quotation(owner) else link_urls(value)
            yield from (Place(path, url) for url in found)


def untracked_urls(document: Document) -> frozenset[str]:
    """The addresses of links on which clicks are not to be counted, wherever else they stand."""
    marked = (model for _path, model in _models(document, "") if getattr(model, "untracked", False))
    return frozenset(url for model in marked if (url := getattr(model, "url", "")))


def rich_texts(document: Document) -> Iterator[Place]:
    """Every text in Markdown, in reading order."""
    for path, value, owner in _strings(document, ""):
        if _field(path) in RICH_FIELDS and not _is_quotation(owner):
            yield Place(path, value)


def plain_words(document: Document) -> Iterator[Place]:
    """Every text that is shown as it is typed, in reading order: titles, names, captions, quotations."""
    for path, value, owner in _strings(document, ""):
        if _field(path) in PLAIN_FIELDS or (_field(path) == "text" and _is_quotation(owner)):
            yield Place(path, value)


def images(document: Document) -> Iterator[tuple[str, Image]]:
    """Every image of the document with its place, in reading order."""
    for path, model in _models(document, ""):
        if isinstance(model, Image):
            yield path, model


def fields_of(document: Document) -> list[MergeField]:
    """The different merge fields of a document, in the order of their first appearance."""
    return merge.fields_in(place.value for place in texts(document))


def _is_quotation(owner: Model) -> bool:
    """Whether `owner` is a quote, whose text is plain."""
    return "permalink" in type(owner).model_fields


def _field(path: str) -> str:
    """The name of the field that `path` leads to."""
    return path.rpartition(".")[2].partition("[")[0]


def _models(model: Model, path: str) -> Iterator[tuple[str, Model]]:
    yield path, model
    for name in _fields(model):
        for inner_path, value in _spread(getattr(model, name), f"{path}.{name}".lstrip(".")):
            if isinstance(value, Model):
                yield from _models(value, inner_path)


def _strings(model: Model, path: str) -> Iterator[tuple[str, str, Model]]:
    for name in _fields(model):
        for inner_path, value in _spread(getattr(model, name), f"{path}.{name}".lstrip(".")):
            if isinstance(value, Model):
                yield from _strings(value, inner_path)
            elif isinstance(value, str) and value:
                yield inner_path, value, model


def _fields(model: Model) -> Iterator[str]:
    """The fields of a model; what a document says in further languages is a document of its own."""
    return (name for name in type(model).model_fields if name != "editions")


def _spread(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, tuple):
        yield from ((f"{path}[{index}]", entry) for index, entry in enumerate(value))
    else:
        yield path, value

"""Walking through a document: every text, link and image with its place, for checks, tracking and media."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.document import merge
from newsletter.document.document import Document
from newsletter.document.fields import Model
from newsletter.document.image import Image
from newsletter.document.merge import MergeField
from newsletter.document.richtext import link_urls

_URL_FIELDS = frozenset({"url", "permalink"})
_RICH_FIELDS = frozenset({"text", "blurb", "intro", "items"})


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
        field = path.rpartition(".")[2].partition("[")[0]
        if field in _URL_FIELDS:
            yield Place(path, value)
        elif field in _RICH_FIELDS and "permalink" not in type(owner).model_fields:
            yield from (Place(path, url) for url in link_urls(value))


def images(document: Document) -> Iterator[tuple[str, Image]]:
    """Every image of the document with its place, in reading order."""
    for path, model in _models(document, ""):
        if isinstance(model, Image):
            yield path, model


def fields_of(document: Document) -> list[MergeField]:
    """The different merge fields of a document, in the order of their first appearance."""
    return merge.fields_in(place.value for place in texts(document))


def _models(model: Model, path: str) -> Iterator[tuple[str, Model]]:
    yield path, model
    for name in type(model).model_fields:
        for inner_path, value in _spread(getattr(model, name), f"{path}.{name}".lstrip(".")):
            if isinstance(value, Model):
                yield from _models(value, inner_path)


def _strings(model: Model, path: str) -> Iterator[tuple[str, str, Model]]:
    for name in type(model).model_fields:
        for inner_path, value in _spread(getattr(model, name), f"{path}.{name}".lstrip(".")):
            if isinstance(value, Model):
                yield from _strings(value, inner_path)
            elif isinstance(value, str) and value:
                yield inner_path, value, model


def _spread(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, tuple):
        yield from ((f"{path}[{index}]", entry) for index, entry in enumerate(value))
    else:
        yield path, value

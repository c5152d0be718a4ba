"""What was begun is complete: headlines, links, words on buttons, pictures."""

from collections.abc import Callable, Iterator
from typing import Any

from newsletter.document.section import Section
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        look = _CHECKS.get(section.type)
        if look and section.model_dump(exclude={"type", "id", "title"}, exclude_defaults=True):
            yield from look(section, f"sections[{index}]")


def _items(section: Any, path: str) -> Iterator[Remark]:
    for number, item in enumerate(section.items):
        place = f"{path}.items[{number}]"
        if not item.headline.strip():
            yield blocking("This item has no headline.", f"{place}.headline")
        elif not item.url:
            yield warning(f"“{item.headline}” has no link.", f"{place}.url")


def _quotes(section: Any, path: str) -> Iterator[Remark]:
    for number, quote in enumerate(section.items):
        place = f"{path}.items[{number}]"
        if not quote.text.strip():
            yield blocking("This quote has no text.", f"{place}.text")
        elif not quote.author.strip():
            yield warning("This quote has no author.", f"{place}.author")


def _feature(section: Any, path: str) -> Iterator[Remark]:
    if not section.headline.strip():
        yield blocking("The feature has no headline.", f"{path}.headline")
    elif not section.url:
        yield warning(f"“{section.headline}” has no link.", f"{path}.url")


def _button(section: Any, path: str) -> Iterator[Remark]:
    if not section.label.strip():
        yield blocking("The button has no text.", f"{path}.label")
    if not section.url:
        yield blocking("The button has no link.", f"{path}.url")


def _image(section: Any, path: str) -> Iterator[Remark]:
    if not section.image.src:
        yield blocking("The image section has no image.", f"{path}.image.src")


def _sponsor(section: Any, path: str) -> Iterator[Remark]:
    if not section.sponsor.strip():
        yield blocking("The sponsor section does not name the sponsor.", f"{path}.sponsor")


_CHECKS: dict[str, Callable[[Section, str], Iterator[Remark]]] = {
    "links": _items,
    "latest": _items,
    "quotes": _quotes,
    "feature": _feature,
    "button": _button,
    "image": _image,
    "sponsor": _sponsor,
}

INCOMPLETE = Rule(
    "incomplete",
    examine,
    about="An item, quote, button or sponsor is incomplete, for example without a headline or link.",
)

"""What a comment is about, found again in each state of the text.

A section is known by its id, an item by its link, else its headline, else its position, a phrase by its words
as readers see them. Where the phrase moved, the comment moves; where it is gone, so is the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.document import Document
from newsletter.document.richtext import to_plain
from newsletter.document.section import Section
from newsletter.document.walk import Place, plain_words, rich_texts

HEADLINE_LENGTH, URL_LENGTH = 300, 2_000


@dataclass(frozen=True)
class Anchor:
    """A section by its id, an item by its position there (from 0), link and headline, a phrase; or none."""

    section_id: str = ""
    item_index: int | None = None
    item_url: str = ""
    item_headline: str = ""
    quote: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is about the issue as a whole."""
        return self == Anchor()


@dataclass(frozen=True)
class Target:
    """A section of a document, or an item in it: positions from 0."""

    section: int
    item: int | None = None

    @property
    def path(self) -> str:
        """Such as `sections[2].items[0]`."""
        return f"sections[{self.section}]" + ("" if self.item is None else f".items[{self.item}]")


def make_anchor(document: Document, target: Target, quote: str = "") -> Anchor:
    """The anchor of a comment on `target`, which has to be there."""
    section = document.sections[target.section]
    if target.item is None:
        return Anchor(section.id, quote=quote)
    url, headline = _identity(items_of(section)[target.item])
    return Anchor(section.id, target.item, url[:URL_LENGTH], headline[:HEADLINE_LENGTH], quote)


def find_target(document: Document, anchor: Anchor) -> Target | None:
    """Where the anchor's section, item or phrase is now; None when it is gone."""
    named = _named(document, anchor)
    if not anchor.quote:
        return named
    if named is not None and says(document, named, anchor.quote):
        return named
    return find_phrase(document, anchor.quote)


def find_phrase(document: Document, quote: str) -> Target | None:
    """The first item that says `quote`, else the first section."""
    targets = list(_targets(document))
    for target in sorted(targets, key=lambda each: each.item is None):
        if says(document, target, quote):
            return target
    return None


def says(document: Document, target: Target, quote: str) -> bool:
    """Whether the words of `target` hold `quote`, whatever its spaces and its case."""
    return _folded(quote) in _folded(" ".join(_words(document, target.path)))


def items_of(section: Section) -> tuple[object, ...]:
    """The items of a section; none for one that has no list of them."""
    items = getattr(section, "items", ())
    return items if isinstance(items, tuple) else ()


def item_label(item: object) -> str:
    """What an item is called: its headline, its author, or the words themselves."""
    url, headline = _identity(item)
    words = to_plain(item, links=False) if isinstance(item, str) else str(getattr(item, "text", ""))
    return headline or words or url


def _named(document: Document, anchor: Anchor) -> Target | None:
    at = next((n for n, each in enumerate(document.sections) if each.id == anchor.section_id), None)
    if anchor.item_index is None:
        return None if at is None else Target(at)
    if anchor.item_url or anchor.item_headline:
        return _item_called(document, anchor, at)
    if at is not None and anchor.item_index < len(items_of(document.sections[at])):
        return Target(at, anchor.item_index)
    return None


def _item_called(document: Document, anchor: Anchor, at: int | None) -> Target | None:
    """The item with the anchor's link, else with its headline; one in its own section comes first."""
    items = [target for target in _targets(document) if target.item is not None]
    items.sort(key=lambda each: (each.section != at, each.item != anchor.item_index))
    for part, wanted in enumerate((anchor.item_url, anchor.item_headline)):
        for target in items:
            identity = _identity(items_of(document.sections[target.section])[target.item or 0])
            if wanted and identity[part][: (URL_LENGTH, HEADLINE_LENGTH)[part]] == wanted:
                return target
    return None


def _targets(document: Document) -> Iterator[Target]:
    for at, section in enumerate(document.sections):
        yield Target(at)
        yield from (Target(at, number) for number in range(len(items_of(section))))


def _identity(item: object) -> tuple[str, str]:
    """Link and headline of an item, each perhaps empty."""
    url = getattr(item, "url", "") or getattr(item, "permalink", "")
    return url, getattr(item, "headline", "") or getattr(item, "author", "")


def _words(document: Document, path: str) -> Iterator[str]:
    """The words at `path` and below it, as readers see them, in reading order of each kind."""
    yield from (place.value for place in plain_words(document) if _is_at(place, path))
    for place in rich_texts(document):
        if _is_at(place, path):
            yield to_plain(place.value, links=False)


def _is_at(place: Place, path: str) -> bool:
    return place.path == path or place.path.startswith((f"{path}.", f"{path}["))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()

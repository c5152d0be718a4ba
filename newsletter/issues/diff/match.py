"""Which section or item of the old document is which of the new one.

Sections have ids; items have none, so that they are known by what they say: first those that are equal, then
those with the same link, the same headline, and at last texts that are alike.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from rapidfuzz import fuzz

from newsletter.document.blocks.quotes import Quote
from newsletter.document.item import Item
from newsletter.document.section import Section
from newsletter.issues.diff.sequence import neighbours
from newsletter.issues.diff.values import Entry, beginning

T = TypeVar("T", Section, Entry)
Key = Callable[[T], Hashable | None]
Place = tuple[int, int]  # the index of a section, and that of an item in it

_ALIKE = 60.0  # of 100: two sentences with a few words exchanged, not two different sentences


def match_sections(before: Sequence[Section], after: Sequence[Section]) -> dict[int, int]:
    """For each section of `after` that was there before, its index and the old one; types never change."""
    pairs: dict[int, int] = {}
    for key in _SECTION_KEYS:
        _pair_by(key, list(enumerate(before)), list(enumerate(after)), pairs)
    of_one_type = {section.type for section in before} & {section.type for section in after}
    for kind in of_one_type:
        old = [(index, each) for index, each in enumerate(before) if each.type == kind]
        new = [(index, each) for index, each in enumerate(after) if each.type == kind]
        _pair_alike(old, new, pairs)
    return pairs


def match_items(
    before: Sequence[Sequence[Entry]], after: Sequence[Sequence[Entry]], sections: dict[int, int]
) -> dict[Place, Place]:
    """For each item of `after`, by section and index, where it was; `sections` as `match_sections` says.

    An item that is found in its own section is never looked for in another one.
    """
    pairs: dict[Place, Place] = {}
    within = [(_placed(before[old], old), _placed(after[new], new)) for new, old in sorted(sections.items())]
    everywhere = (
        [entry for index, items in enumerate(before) for entry in _placed(items, index)],
        [entry for index, items in enumerate(after) for entry in _placed(items, index)],
    )
    for key in _ITEM_KEYS:
        for old_items, new_items in within:
            _pair_by(key, old_items, new_items, pairs)
    for key in _ITEM_KEYS:
        _pair_by(key, *everywhere, pairs)
    for old_items, new_items in within:
        _pair_alike(old_items, new_items, pairs)
        # An empty item is one that somebody had begun to write.
        _pair_by(_any, [entry for entry in old_items if _is_blank(entry[1])], new_items, pairs)
    return pairs


def _placed(items: Sequence[Entry], section: int) -> list[tuple[Place, Entry]]:
    return [((section, index), item) for index, item in enumerate(items)]


P = TypeVar("P", int, Place)


def _pair_by(
    key: Key[T], before: Iterable[tuple[P, T]], after: Iterable[tuple[P, T]], pairs: dict[P, P]
) -> None:
    """Add to `pairs` what has the same key, in order; None is no key."""
    taken = set(pairs.values())
    waiting: dict[Hashable, deque[P]] = defaultdict(deque)
    for place, thing in before:
        if place not in taken and (known_by := key(thing)) is not None:
            waiting[known_by].append(place)
    for place, thing in after:
        known_by = None if place in pairs else key(thing)
        if known_by is not None and waiting[known_by]:
            pairs[place] = waiting[known_by].popleft()


def _pair_alike(before: Sequence[tuple[P, T]], after: Sequence[tuple[P, T]], pairs: dict[P, P]) -> None:
    """Add to `pairs` what is alike, the most alike first; only neighbours are compared with each other."""
    taken = set(pairs.values())
    old = [entry for entry in before if entry[0] not in taken]
    new = [entry for entry in after if entry[0] not in pairs]
    old_texts, new_texts = ([beginning(thing) for _, thing in each] for each in (old, new))
    scores = [
        (fuzz.ratio(old_texts[i], new_texts[j], score_cutoff=_ALIKE), -abs(i - j), i, j)
        for i, j in neighbours(len(old), len(new))
    ]
    used_old: set[int] = set()
    used_new: set[int] = set()
    for score, _distance, i, j in sorted(scores, reverse=True):
        if score >= _ALIKE and i not in used_old and j not in used_new:
            pairs[new[j][0]] = old[i][0]
            used_old.add(i)
            used_new.add(j)


def _any(_thing: object) -> Hashable:
    return True


def _is_blank(entry: Entry) -> bool:
    return not entry if isinstance(entry, str) else entry == type(entry)()


def _whole(thing: Section) -> Hashable:
    return thing.model_copy(update={"id": ""})


def _section_title(section: Section) -> Hashable | None:
    return (section.type, section.title.casefold()) if section.title else None


def _same(entry: Entry) -> Hashable | None:
    return None if _is_blank(entry) else entry


def _link(entry: Entry) -> Hashable | None:
    if isinstance(entry, str):
        return None
    url = entry.permalink if isinstance(entry, Quote) else entry.url
    return (type(entry).__name__, url) if url else None


def _headline(entry: Entry) -> Hashable | None:
    return entry.headline.casefold() or None if isinstance(entry, Item) else None


def _type_and_id(section: Section) -> Hashable:
    return section.type, section.id


_SECTION_KEYS: tuple[Key[Section], ...] = (_type_and_id, _whole, _section_title)
_ITEM_KEYS: tuple[Key[Entry], ...] = (_same, _link, _headline)

"""Compare two documents: sections by their ids, items by what they say, texts by their words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from newsletter.document import Document
from newsletter.document.section import Section
from newsletter.issues.diff.change import Change, DocumentDiff, FieldDiff, ItemDiff, SectionDiff
from newsletter.issues.diff.match import Place, match_items, match_sections
from newsletter.issues.diff.sequence import in_order
from newsletter.issues.diff.values import (
    Entry,
    diff_fields,
    diff_whole,
    edition_values,
    entries_of,
    title_of,
    values_of,
)

D = TypeVar("D")


@dataclass(frozen=True)
class _Matched:
    """Both documents, and what of the new one was where in the old one."""

    before: Sequence[Section]
    after: Sequence[Section]
    sections: Mapping[int, int]
    items: Mapping[Place, Place]


def diff_documents(before: Document, after: Document) -> DocumentDiff:
    """What has to be done to `before` to have `after`; where they say the same, nothing."""
    sections = match_sections(before.sections, after.sections)
    items = match_items(
        [entries_of(section) for section in before.sections],
        [entries_of(section) for section in after.sections],
        sections,
    )
    matched = _Matched(before.sections, after.sections, sections, items)
    return DocumentDiff(
        diff_fields(values_of(before) | edition_values(before), values_of(after) | edition_values(after)),
        tuple(section for section in _sections(matched) if _is_different(section)),
    )


def _sections(matched: _Matched) -> Iterator[SectionDiff]:
    stayed = _stayed(matched.sections)
    new = {
        index: _section(matched, index, moved=index in matched.sections and index not in stayed)
        for index in range(len(matched.after))
    }
    gone = [index for index in range(len(matched.before)) if index not in set(matched.sections.values())]
    removed = {index: _removed_section(matched, index) for index in gone}
    yield from _interleaved(new, removed, {old: now for now, old in matched.sections.items()})


def _section(matched: _Matched, index: int, *, moved: bool) -> SectionDiff:
    section = matched.after[index]
    old_index = matched.sections.get(index)
    items = tuple(item for item in _items(matched, index, old_index) if item.change is not Change.SAME)
    if old_index is None:
        change, fields = Change.ADDED, diff_whole(section, added=True)
    else:
        fields = diff_fields(values_of(matched.before[old_index]), values_of(section))
        change = _what_happened(fields, moved)
    return SectionDiff(
        change, section.id, section.type, section.title, f"sections[{index}]", moved, fields, items
    )


def _removed_section(matched: _Matched, index: int) -> SectionDiff:
    section = matched.before[index]
    return SectionDiff(
        Change.REMOVED,
        section.id,
        section.type,
        section.title,
        f"sections[{index}]",
        fields=diff_whole(section, added=False),
        items=tuple(_removed_items(matched, index).values()),
    )


def _items(matched: _Matched, index: int, old_index: int | None) -> Iterator[ItemDiff]:
    entries = entries_of(matched.after[index])
    here = {
        item: matched.items[index, item][1]
        for item in range(len(entries))
        if (index, item) in matched.items and matched.items[index, item][0] == old_index
    }
    stayed = _stayed(here)
    new = {
        item: _item(matched, (index, item), moved=item in here and item not in stayed)
        for item in range(len(entries))
    }
    removed = {} if old_index is None else _removed_items(matched, old_index)
    yield from _interleaved(new, removed, {old: now for now, old in here.items()})


def _item(matched: _Matched, place: Place, *, moved: bool) -> ItemDiff:
    entry = _entry(matched.after, place)
    title, path = title_of(entry), _path(place)
    old_place = matched.items.get(place)
    if old_place is None:
        return ItemDiff(Change.ADDED, title, path, fields=diff_whole(entry, added=True))
    came_from = matched.before[old_place[0]]
    is_elsewhere = matched.sections.get(place[0]) != old_place[0]
    moved = moved or is_elsewhere
    fields = diff_fields(values_of(_entry(matched.before, old_place)), values_of(entry))
    moved_from = (came_from.title or came_from.id) if is_elsewhere else ""
    return ItemDiff(_what_happened(fields, moved), title, path, moved, moved_from, fields)


def _what_happened(fields: Sequence[FieldDiff], moved: bool) -> Change:
    return Change.CHANGED if fields else Change.MOVED if moved else Change.SAME


def _removed_items(matched: _Matched, index: int) -> dict[int, ItemDiff]:
    """The items of the old section `index` that are nowhere in the new document."""
    kept = set(matched.items.values())
    return {
        item: ItemDiff(
            Change.REMOVED, title_of(entry), _path((index, item)), fields=diff_whole(entry, added=False)
        )
        for item, entry in enumerate(entries_of(matched.before[index]))
        if (index, item) not in kept
    }


def _stayed(pairs: Mapping[int, int]) -> set[int]:
    """The new places whose order is that of before; `pairs` has the old place of each."""
    places = sorted(pairs)
    kept = in_order([pairs[place] for place in places])
    return {place for index, place in enumerate(places) if index in kept}


def _interleaved(new: Mapping[int, D], removed: Mapping[int, D], now: Mapping[int, int]) -> Iterator[D]:
    """All of `new` in order, and each of `removed` behind what it stood behind; `now`: new places by old."""
    behind: dict[int, list[D]] = {}
    for old, difference in sorted(removed.items()):
        before = next((now[place] for place in range(old - 1, -1, -1) if place in now), -1)
        behind.setdefault(before, []).append(difference)
    yield from behind.get(-1, ())
    for place, difference in sorted(new.items()):
        yield difference
        yield from behind.get(place, ())


def _is_different(section: SectionDiff) -> bool:
    return section.change is not Change.SAME or bool(section.items)


def _entry(sections: Sequence[Section], place: Place) -> Entry:
    return entries_of(sections[place[0]])[place[1]]


def _path(place: Place) -> str:
    return f"sections[{place[0]}].items[{place[1]}]"

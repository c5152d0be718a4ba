"""What a section or an item says, as text by the name of each field."""

from pydantic import BaseModel

from newsletter.document import Document
from newsletter.document.blocks.quotes import Quote
from newsletter.document.item import Item
from newsletter.document.section import Section
from newsletter.issues.diff.change import FieldDiff
from newsletter.issues.diff.words import diff_words

Entry = Item | Quote | str  # what is listed in a section; a statement of a notice is a text alone

# What is compared by itself, or is not a value that people chose.
_APART = {"version", "type", "sections", "items", "editions"}
_COMPARED = 400  # characters of a text by which two are judged alike
_ALIKE_ANYWHERE = {"id", "url", "permalink", "src", "outlet", "style"}  # texts that say little about a story
_LONGEST_TITLE = 80


def values_of(thing: BaseModel | Entry, *, with_defaults: bool = True) -> dict[str, str]:
    """Each field with its value as text, those of objects inside as `image.alt`; lists joined by commas."""
    if isinstance(thing, str):
        return {"text": thing}
    found: dict[str, str] = {}
    for name, field in type(thing).model_fields.items():
        value = getattr(thing, name)
        if name in _APART or value is None or (not with_defaults and value == field.default):
            continue
        if isinstance(value, BaseModel):
            inside = values_of(value, with_defaults=with_defaults)
            found |= {f"{name}.{inner}": text for inner, text in inside.items()}
        else:
            found[name] = _text(value)
    return found


def edition_values(document: Document) -> dict[str, str]:
    """The languages of the editions, and each translation by its language and place: `de: title`."""
    found = {"editions": ", ".join(edition.language for edition in document.editions)}
    for edition in document.editions:
        said: dict[str, list[str]] = {}
        for each in edition.texts:
            said.setdefault(each.at, []).append(each.text)
        found |= {f"{edition.language}: {at}": "\n".join(texts) for at, texts in said.items()}
    return found


def entries_of(section: Section) -> tuple[Entry, ...]:
    """What is listed in a section, in reading order."""
    entries: tuple[Entry, ...] = getattr(section, "items", ())
    return entries


def title_of(entry: Entry) -> str:
    """What people would call it: its headline, else the first words it has."""
    if isinstance(entry, str):
        said = entry
    elif isinstance(entry, Quote):
        said = entry.author or entry.text or entry.permalink
    else:
        said = entry.headline or entry.url or entry.blurb
    words = " ".join(said.split())
    return words if len(words) <= _LONGEST_TITLE else f"{words[:_LONGEST_TITLE].rstrip()}…"


def diff_fields(before: dict[str, str], after: dict[str, str]) -> tuple[FieldDiff, ...]:
    """The fields whose values differ, in the order of the format."""
    names = dict.fromkeys([*after, *before])
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(FieldDiff(name, old, new, diff_words(old, new)) for name, old, new in pairs if old != new)


def diff_whole(thing: BaseModel | Entry, *, added: bool) -> tuple[FieldDiff, ...]:
    """Every field of what was added or removed that is not at its default."""
    values = values_of(thing, with_defaults=False)
    return diff_fields({}, values) if added else diff_fields(values, {})


def beginning(thing: BaseModel | Entry) -> str:
    """The beginnings of its texts, by which two are judged alike."""
    values = values_of(thing, with_defaults=False).items()
    texts = [text for name, text in values if name.rpartition(".")[2] not in _ALIKE_ANYWHERE]
    if isinstance(thing, Section):
        texts += [title_of(entry) for entry in entries_of(thing)[:20]]
    return " ".join(text[:_COMPARED] for text in texts if text)[: 2 * _COMPARED]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(entry) for entry in value)
    return str(value)

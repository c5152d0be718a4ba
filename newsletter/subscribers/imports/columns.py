"""Find out what the columns of a file are: by what somebody says, by its format, by their titles."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from newsletter.subscribers.imports.formats import AUTO, FORMATS, Format, recognise
from newsletter.subscribers.imports.plan import Plan
from newsletter.subscribers.imports.states import FileState, StateColumn, column_of_field, state_columns
from newsletter.subscribers.imports.titles import ATTRIBUTE, EMAIL, FURTHER, Field, first_of, name_columns
from newsletter.subscribers.imports.words import compact

MOST_NAMED = 12  # columns in a sentence
NO_PLAN = Plan()
_NAMES = (Field.NAME, Field.FIRST_NAME, Field.LAST_NAME)

_mailbox = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?:mailto:)?(?P<email>[^<>]+)>[\s,;]*").fullmatch


@dataclass(frozen=True)
class Columns:
    """What each column of a file is, by index. `titles` is the header; empty for pasted rows without one."""

    email: int
    name: tuple[int, ...]
    titles: tuple[str, ...] = ()
    states: tuple[StateColumn, ...] = ()
    width: int = field(default=0)  # the columns that a row may fill; those behind are a mistake
    further: tuple[tuple[int, str], ...] = ()  # other columns, and the field of each
    format: Format | None = None

    @cached_property
    def needed(self) -> int:
        """How many cells are looked at in each row."""
        return max(self.used) + 1

    @cached_property
    def used(self) -> frozenset[int]:
        """The columns that mean something to an import."""
        further = (place for place, _field in self.further)
        return frozenset({self.email, *self.name, *(column.place for column in self.states), *further})

    @cached_property
    def paused_until(self) -> int | None:
        """The column that says until when somebody paused."""
        return next((place for place, field in self.further if field == Field.PAUSED_UNTIL), None)

    @property
    def ignored(self) -> list[str]:
        """The titles of the columns that an import does not keep."""
        unused = (title.strip() for place, title in enumerate(self.titles) if place not in self.used)
        return [title for title in unused if title]

    def facts(self) -> dict[str, object]:
        """The same as JSON, by title."""
        title = self.titles.__getitem__
        named = bool(self.titles)
        facts: dict[str, object] = {
            "email": title(self.email) if named else "",
            "name": [title(place) for place in self.name] if named else [],
            "consent": [column.title for column in self.states],
            "ignored": self.ignored,
        }
        if self.further:
            facts["further"] = {title(place): field for place, field in self.further}
        if self.format is not None:
            facts["format"] = self.format.name
        return facts

    def fields(self) -> list[tuple[str, str]]:
        """Each title, and the field that its column fills; empty for one that is ignored."""
        known: dict[int, str] = {self.email: Field.EMAIL, **dict(self.further)}
        known |= dict.fromkeys(self.name, Field.NAME)
        if len(self.name) > 1:
            known |= {self.name[0]: Field.FIRST_NAME, self.name[1]: Field.LAST_NAME}
        known |= {column.place: column.field for column in self.states}
        return [(title, known.get(place, "")) for place, title in enumerate(self.titles)]


def columns_of(header: Sequence[str], plan: Plan = NO_PLAN) -> Columns | None:
    """The columns that `header` names; None when none of them is for the address."""
    titles = tuple(" ".join(cell.split()) for cell in header)
    names = [compact(cell) for cell in header]
    format_ = recognise(names) if plan.format == AUTO else FORMATS.get(plan.format)
    fields = _said(names, plan, format_)
    guessed = _guesses(titles, names, fields, plan)
    email = next((place for place, field in guessed.items() if field == Field.EMAIL), None)
    if email is None:
        return None
    words: Mapping[str, FileState | None] = format_.words if format_ else {}
    states = [
        column_of_field(place, titles[place], field, words)
        for place, field in guessed.items()
        if place != email
    ]
    taken = set(guessed)
    by_title = [column for column in state_columns(titles, words) if column.place not in taken]
    further = [
        (place, field) for place, field in guessed.items() if field.startswith(ATTRIBUTE) or field in FURTHER
    ]
    ordered = sorted([column for column in states if column] + by_title, key=lambda column: column.place)
    return Columns(
        email, _name(guessed), titles, tuple(ordered), len(header), tuple(sorted(further)), format_
    )


def columns_without_header(first: Sequence[str]) -> Columns | None:
    """The columns of pasted rows, judged by the first one: an address, and beside it perhaps a name."""
    email = next((place for place, cell in enumerate(first) if "@" in cell), None)
    if email is None:
        return None
    name = tuple(place for place in range(2) if place != email)
    return Columns(email, name, width=max(len(first), 2))


def split_mailbox(cell: str) -> tuple[str, str]:
    """The address and the name of a cell like `Ana Lim <ana@example.org>`; of others the cell and no name."""
    mailbox = _mailbox(cell) if "<" in cell else None
    if mailbox is None:
        return cell.strip().removeprefix("mailto:"), ""
    return mailbox["email"].strip(), mailbox["name"].strip(' "')


def named(titles: Sequence[str]) -> str:
    """Some columns in a sentence: “a”, “b” and 3 more."""
    shown = [f"“{title.strip()[:40]}”" for title in titles if title.strip()]
    more = len(shown) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _said(names: Sequence[str], plan: Plan, format_: Format | None) -> dict[int, str]:
    """The fields that somebody named for columns, and those that the format is known for; the former win."""
    by_format = format_.fields if format_ else {}
    fields: dict[int, str] = {}
    for place, name in enumerate(names):
        said = plan.mapping.get(name) or by_format.get(name)
        single = said not in {None, *_NAMES, Field.STATE, Field.IGNORE}
        if said and not (single and said in fields.values()):
            fields[place] = said
    return fields


def _guesses(
    titles: Sequence[str], names: Sequence[str], said: Mapping[int, str], plan: Plan
) -> dict[int, str]:
    """`said`, and for the other columns the fields that their titles name."""
    fields = dict(said)
    spelled = ["" if place in said else title.lower() for place, title in enumerate(titles)]
    free = ["" if place in said else name for place, name in enumerate(names)]
    if Field.EMAIL not in fields.values():
        _guess(fields, first_of(spelled, free, EMAIL), Field.EMAIL)
    _guess_attributes(fields, titles, free, plan)
    if not any(field in fields.values() for field in _NAMES):
        for place in name_columns(spelled, free):
            fields.setdefault(place, Field.NAME)
    for further, wanted in FURTHER.items():
        if further not in fields.values():
            _guess(fields, first_of(spelled, free, wanted), further)
    return fields


def _guess(fields: dict[int, str], place: int | None, field: str) -> None:
    if place is not None:
        fields.setdefault(place, field)


def _guess_attributes(fields: dict[int, str], titles: Sequence[str], free: Sequence[str], plan: Plan) -> None:
    """By the titles of our own exports, `attribute:KEY`; then by keys and labels.

    The latter never take a column about consent: an attribute called “status” must subscribe nobody.
    """
    for place, title in enumerate(titles):
        if title.startswith(ATTRIBUTE) and title.removeprefix(ATTRIBUTE) in plan.attributes:
            fields.setdefault(place, title)
    of_consent = {column.place for column in state_columns(titles)}
    for place, name in enumerate(free):
        key = _attribute(name, plan)
        taken = place in fields or place in of_consent or ATTRIBUTE + key in fields.values()
        if key and not taken:
            fields[place] = ATTRIBUTE + key


def _attribute(name: str, plan: Plan) -> str:
    """The attribute whose key or label a column's title is."""
    if not name:
        return ""
    by_key = (key for key in plan.attributes if compact(key) == name)
    by_label = (key for key, attribute in plan.attributes.items() if compact(attribute.label) == name)
    return next(by_key, "") or next(by_label, "")


def _name(fields: Mapping[int, str]) -> tuple[int, ...]:
    """The columns of the name in the order in which it is written."""
    ordered = [(_NAMES.index(Field(field)), place) for place, field in fields.items() if field in _NAMES]
    whole = tuple(place for rank, place in ordered if rank == 0)
    return whole or tuple(place for _rank, place in sorted(ordered))

"""Find the columns of address, name and consent by the header, as exports of other services name them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.subscribers.imports.states import StateColumn, state_columns
from newsletter.subscribers.imports.words import compact

# In the order of preference: a file that has both `email` and `e-mail` means the first.
EMAIL = (
    *("email", "e-mail", "email address", "e-mail address", "email_address", "subscriber email", "mail"),
    *("primary email", "contact email", "user email", "e-mail 1 - value"),
    *("E-Mail-Adresse", "Mailadresse", "Adresse e-mail", "Adresse mail", "Adresse électronique", "Courriel"),
    *("Adresse de courriel", "Adresse courriel", "Indirizzo email", "Indirizzo di posta elettronica"),
    *("Posta elettronica", "Indirizzo mail", "Correo electrónico", "Dirección de correo electrónico"),
    *("Dirección de email", "Dirección de correo", "Correo", "E-mailadres", "E-postadress", "E-post"),
    *("Endereço de e-mail", "Endereço de correio eletrónico", "البريد الإلكتروني", "عنوان البريد الإلكتروني"),
)
NAME = (
    *("name", "full name", "full_name", "fullname", "display name", "subscriber name", "contact name"),
    *("Vollständiger Name", "Nom complet", "Nome completo", "Nome e cognome", "Nombre completo"),
    *(
        "Nombre y apellidos",
        "Nom et prénom",
        "Prénom et nom",
        "Last name, first name",
        "الاسم",
        "الاسم الكامل",
    ),
)
FIRST_NAME = (
    *("first name", "first_name", "firstname", "given name", "Vorname", "Prénom", "Nome", "Nombre"),
    *("Voornaam", "الاسم الأول"),
)
LAST_NAME = (
    *("last name", "last_name", "lastname", "surname", "family name", "Nachname", "Familienname", "Nom"),
    *("Nom de famille", "Cognome", "Apellido", "Apellidos", "Achternaam", "اسم العائلة"),
)
# In German a name beside a first name is the last one.
_NAME_IS_LAST = {"vorname"}
MOST_NAMED = 12  # columns in a sentence

_mailbox = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?:mailto:)?(?P<email>[^<>]+)>[\s,;]*").fullmatch


@dataclass(frozen=True)
class Columns:
    """What each column of a file is, by index. `titles` is the header; empty for pasted rows without one."""

    email: int
    name: tuple[int, ...]
    titles: tuple[str, ...] = ()
    states: tuple[StateColumn, ...] = ()
    width: int = field(default=0)  # the columns that a row may fill; those behind are a mistake

    @property
    def needed(self) -> int:
        """How many cells are looked at in each row."""
        return max(self.used) + 1

    @property
    def used(self) -> frozenset[int]:
        """The columns that mean something to an import."""
        return frozenset({self.email, *self.name, *(column.place for column in self.states)})

    @property
    def ignored(self) -> list[str]:
        """The titles of the columns that an import does not keep."""
        unused = (title.strip() for place, title in enumerate(self.titles) if place not in self.used)
        return [title for title in unused if title]

    def facts(self) -> dict[str, object]:
        """The same as JSON, by title."""
        title = self.titles.__getitem__
        named = bool(self.titles)
        return {
            "email": title(self.email) if named else "",
            "name": [title(place) for place in self.name] if named else [],
            "consent": [column.title for column in self.states],
            "ignored": self.ignored,
        }


def columns_of(header: Sequence[str]) -> Columns | None:
    """The columns that `header` names; None when none of them is for the address."""
    spelled = [" ".join(cell.split()).lower() for cell in header]
    names = [compact(cell) for cell in header]
    email = _first(spelled, names, EMAIL)
    if email is None:
        return None
    name = tuple(place for place in _names(spelled, names) if place != email)
    titles = tuple(" ".join(cell.split()) for cell in header)
    states = tuple(column for column in state_columns(titles) if column.place not in {email, *name})
    return Columns(email, name, titles, states, len(header))


def columns_without_header(first: Sequence[str]) -> Columns | None:
    """The columns of pasted rows, judged by the first one: an address, and beside it perhaps a name."""
    email = next((place for place, cell in enumerate(first) if "@" in cell), None)
    if email is None:
        return None
    name = tuple(place for place in range(min(max(len(first), 2), 2)) if place != email)
    return Columns(email, name, width=max(len(first), 2))


def split_mailbox(cell: str) -> tuple[str, str]:
    """The address and the name of a cell like `Ana Lim <ana@example.org>`; of others the cell and no name."""
    mailbox = _mailbox(cell)
    if mailbox is None:
        return cell.strip().removeprefix("mailto:"), ""
    return mailbox["email"].strip(), mailbox["name"].strip(' "')


def named(titles: Sequence[str]) -> str:
    """Some columns in a sentence: “a”, “b” and 3 more."""
    shown = [f"“{title.strip()[:40]}”" for title in titles if title.strip()]
    more = len(shown) - MOST_NAMED
    return ", ".join(shown[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _names(spelled: list[str], names: list[str]) -> tuple[int, ...]:
    """The columns of the name, in the order in which it is written."""
    whole = _first(spelled, names, NAME)
    first, last = _first(spelled, names, FIRST_NAME), _first(spelled, names, LAST_NAME)
    if whole is not None and first is not None and last is None and names[first] in _NAME_IS_LAST:
        return (first, whole)
    parts = (first, last) if whole is None else (whole,)
    return tuple(part for part in parts if part is not None)


def _first(spelled: list[str], names: list[str], wanted: Sequence[str]) -> int | None:
    """The column that is called like one of `wanted`: by its exact spelling, else by the compact one."""
    exact = next((spelled.index(word) for word in wanted if word in spelled), None)
    if exact is not None:
        return exact
    return next((names.index(word) for word in map(compact, wanted) if word in names), None)

"""Find the columns of address and name by the header, as exports of other services name them."""

from collections.abc import Sequence
from dataclasses import dataclass

# In the order of preference: a file that has both `email` and `e-mail` means the first.
EMAIL = ("email", "e-mail", "email address", "e-mail address", "email_address", "subscriber email")
NAME = ("name", "full name", "full_name", "fullname")
FIRST_NAME = ("first name", "first_name", "firstname")
LAST_NAME = ("last name", "last_name", "lastname")


@dataclass(frozen=True)
class Columns:
    """The index of the address, and those of the parts of the name in their order."""

    email: int
    name: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many cells a row needs."""
        return max(self.email, *self.name, 0) + 1


def columns_of(header: Sequence[str]) -> Columns | None:
    """The columns that `header` names; None when none of them is for the address."""
    names = [" ".join(cell.split()).casefold() for cell in header]
    email = _first(names, EMAIL)
    if email is None:
        return None
    whole = _first(names, NAME)
    parts = (_first(names, FIRST_NAME), _first(names, LAST_NAME)) if whole is None else (whole,)
    return Columns(email, tuple(part for part in parts if part is not None))


def columns_without_header(first: Sequence[str]) -> Columns | None:
    """The columns of pasted rows, judged by the first one: an address, and beside it perhaps a name."""
    email = next((place for place, cell in enumerate(first) if "@" in cell), None)
    if email is None:
        return None
    return Columns(email, tuple(place for place in range(min(len(first), 2)) if place != email))


def _first(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)

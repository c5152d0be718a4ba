"""Which columns of the list of subscribers a user wants to see."""

from collections.abc import Sequence

from newsletter.accounts.models import User


def chosen_columns(user: User, publication_id: int) -> list[str] | None:
    """The keys of the columns that the user chose for a publication; None when they never did."""
    return user.list_columns.get(str(publication_id))


def choose_columns(user: User, publication_id: int, keys: Sequence[str]) -> None:
    """Remember the choice; no key at all is one, too."""
    user.list_columns = user.list_columns | {str(publication_id): list(keys)}

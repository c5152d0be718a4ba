"""Statements over deliveries of a mailing, by `seq`, made once: the hot path binds values and nothing else.

A run of consecutive numbers is given by its two ends, which costs the same for any length; others one by one.
"""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam
from sqlalchemy.orm import Session


class SequenceStatement:
    """A statement in its two forms. `make` gets the condition that a row's `seq` is one of those meant."""

    def __init__(self, column: ColumnElement[int], make: Callable[[ColumnElement[bool]], Executable]) -> None:
        self._consecutive = make(column.between(bindparam("first_seq"), bindparam("last_seq")))
        self._scattered = make(column.in_(bindparam("seqs", expanding=True)))

    def execute(self, session: Session, seqs: Collection[int], **values: Any) -> Any:
        """The result for `seqs`, of which there is at least one and none twice."""
        first, last = min(seqs), max(seqs)
        if last - first + 1 == len(seqs):
            return session.connection().execute(
                self._consecutive, {"first_seq": first, "last_seq": last, **values}
            )
        return session.connection().execute(self._scattered, {"seqs": sorted(seqs), **values})

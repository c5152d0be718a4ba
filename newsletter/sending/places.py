"""Places (`seq`) in a statement: neighbours are named by their ends, which costs the same for any number."""

from collections.abc import Collection

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute


def among(column: InstrumentedAttribute[int], seqs: Collection[int]) -> ColumnElement[bool]:
    """Whether `column` is one of `seqs`, of which there is at least one and none twice."""
    first, last = min(seqs), max(seqs)
    if last - first + 1 == len(seqs):
        return column.between(first, last)
    return column.in_(sorted(seqs))

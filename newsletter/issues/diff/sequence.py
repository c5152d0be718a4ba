"""Orders: which of a sequence stayed in order, and where in a new order something old belongs."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

NEAR = 12  # places that two things may be apart to be compared


def in_order(places: Sequence[int]) -> set[int]:
    """The indices of a longest increasing subsequence of `places`: all others were moved.

    The places are different from each other. O(n log n), by patience sorting.
    """
    smallest: list[int] = []  # the smallest last place of an increasing subsequence, by its length
    ends: list[int] = []  # its index
    previous: list[int] = []
    for index, place in enumerate(places):
        length = bisect_left(smallest, place)
        previous.append(ends[length - 1] if length else -1)
        smallest[length:] = [place, *smallest[length + 1 :]]
        ends[length:] = [index, *ends[length + 1 :]]
    kept: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept


def neighbours(old: int, new: int) -> Iterator[tuple[int, int]]:
    """The pairs of an index below `old` and one below `new` that are at most `NEAR` apart."""
    for i in range(old):
        for j in range(max(0, i - NEAR), min(new, i + NEAR + 1)):
            yield i, j

"""The table of addresses that a file has had so far."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.imports.first_lines import FEWEST, FirstLines


@given(st.lists(st.text(max_size=3), max_size=200))
def test_it_knows_what_a_dictionary_knows(keys: list[str]) -> None:
    table = FirstLines()
    known: dict[str, int] = {}
    for line, key in enumerate(keys, 2):
        assert table.look_up(key, line) == known.setdefault(key, line)


def test_it_grows() -> None:
    table, number = FirstLines(), 5 * FEWEST
    for line in range(number):
        assert table.look_up(f"reader{line}@x.example", line) == line
    for line in range(number):
        assert table.look_up(f"reader{line}@x.example", number) == line

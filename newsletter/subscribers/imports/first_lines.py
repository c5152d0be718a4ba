"""On which line of a file each address stands first, for files of millions, in 12 octets a place."""

from array import array

FULL = 0.6  # of the places; with more, looking takes longer
FEWEST = 2**12  # places


class FirstLines:
    """A hash table with linear probing (Knuth, The Art of Computer Programming 3, 6.4, algorithm L).

    It keeps hashes instead of addresses: 64 bits are enough to know one again. A dictionary of them would be
    ten times as large.
    """

    def __init__(self) -> None:
        self._number = 0
        self._make_room(FEWEST)

    def look_up(self, key: str, line: int) -> int:
        """The line on which `key` stood first; `line`, which is kept, where it is new."""
        code = hash(key) or 1  # 0 is an empty place
        place = self._place_of(code)
        if self._codes[place]:
            return self._lines[place]
        self._codes[place], self._lines[place] = code, line
        self._number += 1
        if self._number > FULL * len(self._codes):
            self._grow()
        return line

    def _place_of(self, code: int) -> int:
        """Where `code` is, or the empty place where it belongs."""
        codes, last = self._codes, len(self._codes) - 1
        place = code & last
        while codes[place] and codes[place] != code:
            place = place + 1 & last
        return place

    def _make_room(self, places: int) -> None:
        self._codes, self._lines = array("q", bytes(8 * places)), array("I", bytes(4 * places))

    def _grow(self) -> None:
        codes, lines = self._codes, self._lines
        self._make_room(2 * len(codes))
        for code, line in zip(codes, lines, strict=True):
            if code:
                place = self._place_of(code)
                self._codes[place], self._lines[place] = code, line

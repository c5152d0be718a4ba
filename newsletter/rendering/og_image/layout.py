"""Words in lines: measured, wrapped, and put into the order in which they stand on the line."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from newsletter.rendering.og_image.fonts import Run, has_raqm, load_font, runs_of

SPACE = 0.26  # of the size
LINE_HEIGHT = 1.16


@dataclass(frozen=True)
class Word:
    """A word with the fonts that it is drawn with.

    `is_rtl` is None for what has no letters: it goes along with its neighbours.
    """

    runs: tuple[Run, ...]
    is_rtl: bool | None

    @property
    def direction(self) -> str | None:
        """What Pillow is told: without Raqm it takes none."""
        return ("rtl" if self.is_rtl else "ltr") if has_raqm() else None

    def width(self, size: int) -> float:
        return sum(
            load_font(run.file, size).getlength(run.text, direction=self.direction) for run in self.runs
        )


def words_in(text: str) -> list[Word]:
    """The words of `text` as far as there are fonts for them."""
    words = ((word, runs_of(word)) for word in text.split())
    return [Word(tuple(runs), _is_rtl(word)) for word, runs in words if any(_is_seen(run) for run in runs)]


def is_drawable(text: str) -> bool:
    """Whether most letters of `text` can be drawn: half a title tells nobody anything."""
    letters = [character for character in unicodedata.normalize("NFC", text) if character.isalnum()]
    drawn = sum(bool(runs_of(character)) for character in letters)
    return bool(letters) and drawn * 10 >= len(letters) * 9


def wrap(words: Iterable[Word], size: int, width: int) -> list[list[Word]]:
    """The words in lines at most `width` pixels wide; a longer word has a line of its own, in pieces."""
    lines: list[list[Word]] = []
    left = 0.0
    for word in (piece for each in words for piece in _pieces(each, size, width)):
        needed = word.width(size)
        if lines and needed + size * SPACE <= left:
            lines[-1].append(word)
            left -= needed + size * SPACE
        else:
            lines.append([word])
            left = width - needed
    return lines


def fits(words: Iterable[Word], size: int, width: int) -> bool:
    """Whether no word has to be broken."""
    return all(word.width(size) <= width for word in words)


def line_width(line: Sequence[Word], size: int) -> float:
    return sum(word.width(size) for word in line) + size * SPACE * (len(line) - 1)


def in_visual_order(line: Sequence[Word], *, line_is_rtl: bool) -> list[Word]:
    """The words of a line from left to right: the bidirectional algorithm (UAX 9), but for whole words."""
    directions = _resolved(line, line_is_rtl)
    pairs = zip(directions, line, strict=True)
    groups = [(rtl, [pair[1] for pair in group]) for rtl, group in groupby(pairs, key=lambda pair: pair[0])]
    turned = [words[::-1] if rtl else words for rtl, words in groups]
    return [word for words in (turned[::-1] if line_is_rtl else turned) for word in words]


def _resolved(line: Sequence[Word], line_is_rtl: bool) -> list[bool]:
    """Whether each word is from right to left.

    What has no letters is as its neighbours, where they agree; a number is as the word before it.
    """
    directions: list[bool] = []
    for at, word in enumerate(line):
        if word.is_rtl is not None:
            directions.append(word.is_rtl)
            continue
        before = directions[-1] if directions else line_is_rtl
        after = next((later.is_rtl for later in line[at:] if later.is_rtl is not None), line_is_rtl)
        is_number = any(character.isdigit() for run in word.runs for character in run.text)
        directions.append(before if is_number or before == after else line_is_rtl)
    return directions


def _is_rtl(word: str) -> bool | None:
    kinds = {unicodedata.bidirectional(character) for character in word}
    return bool(kinds & {"R", "AL"}) if kinds & {"R", "AL", "L"} else None


def _is_seen(run: Run) -> bool:
    """Whether there is more in it than joiners and marks of characters that are left out."""
    return any(unicodedata.category(character)[0] not in "CMZ" for character in run.text)


def _pieces(word: Word, size: int, width: int) -> list[Word]:
    """A word that is too wide for any line, in parts that are not."""
    if word.width(size) <= width:
        return [word]
    text = "".join(run.text for run in word.runs)
    half = max(1, len(text) // 2)
    if len(text) == 1:
        return [word]
    parts = (Word(tuple(runs_of(part)), word.is_rtl) for part in (text[:half], text[half:]))
    return [piece for part in parts for piece in _pieces(part, size, width)]

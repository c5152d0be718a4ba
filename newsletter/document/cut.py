"""Cutting a blurb at a sentence or a word, without ever breaking a character, an emoji or a merge field."""

import re
from dataclasses import dataclass
from enum import StrEnum

from wcwidth import iter_graphemes

from newsletter.document.merge import TOKEN

ELLIPSIS = "…"
CLOSING_MARKS = "\u202c\u2069"  # what ends a directional run (UAX #9)

_CLOSERS = "\"'”’»›)]）」』"
_CLOSED = f"[{re.escape(_CLOSERS)}]*"
_SENTENCE_END = re.compile(rf"[.!?…؟۔।]+{_CLOSED}(?=\s|$)|[。！？]+{_CLOSED}")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|vs|Gen|Sen|Rep|Gov|Lt|Col"
    r"|Jan|Feb|Aug|Sept?|Oct|Nov|Dec|etc|approx|ca|bzw|Nr)$"
)
_LOOSE_END = re.compile(r"[\s,;:–—\-(\[“‘«‹/]+$")
_OPEN_BIDI = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)


class CutAt(StrEnum):
    """Where a text may be cut."""

    SENTENCE = "sentence"
    WORD = "word"


@dataclass(frozen=True)
class Cut:
    """What is left of a text, and whether anything was taken away.

    A text cut after a word ends with an ellipsis; one cut after a sentence ends as the sentence does.
    """

    text: str
    shortened: bool


def cut(text: str, length: int, at: CutAt = CutAt.WORD) -> Cut:
    """`text` with its white space collapsed, in at most `length` characters as people count them.

    A merge field counts as its default and stays whole. CutAt.SENTENCE falls back to the last word where the
    last whole sentence would leave less than a third of `length`. A word longer than `length` is cut between
    characters. Directional marks (Unicode UAX #9) that stay open are closed.
    """
    collapsed = " ".join(text.split())
    units = _units(collapsed)
    if sum(size for _, size in units) <= length:
        return Cut(collapsed, shortened=False)
    if at is CutAt.SENTENCE:
        sentence = _last_sentence(collapsed, len(_fitting(units, length)))
        if len(sentence) * 3 >= length:
            return Cut(_close(sentence), shortened=True)
    room = _fitting(units, length - 1)
    words = _LOOSE_END.sub("", _last_words(collapsed, len(room)))
    return Cut(_close((words or room.rstrip()) + ELLIPSIS), shortened=True)


def _units(text: str) -> list[tuple[str, int]]:
    """Characters as people see them (UAX #29 grapheme clusters) and merge fields, each with its size."""
    units: list[tuple[str, int]] = []
    end = 0
    for match in TOKEN.finditer(text):
        units.extend((grapheme, 1) for grapheme in iter_graphemes(text[end : match.start()]))
        units.append((match[0], max(1, len(match["default"] or ""))))
        end = match.end()
    units.extend((grapheme, 1) for grapheme in iter_graphemes(text[end:]))
    return units


def _fitting(units: list[tuple[str, int]], length: int) -> str:
    """The longest run of units from the start that takes up at most `length`."""
    taken: list[str] = []
    for unit, size in units:
        length -= size
        if length < 0:
            break
        taken.append(unit)
    return "".join(taken)


def _last_sentence(text: str, room: int) -> str:
    """The whole sentences within the first `room` code points of `text`."""
    end = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > room:
            break
        if not (match[0].startswith(".") and _ABBREVIATION.search(text[: match.start()])):
            end = match.end()
    return text[:end]


def _last_words(text: str, room: int) -> str:
    """The whole words within the first `room` code points; spaces inside merge fields do not count."""
    if text[room : room + 1] == " ":
        return text[:room]
    inside = [match.span() for match in TOKEN.finditer(text[:room])]
    spaces = (space.start() for space in re.finditer(" ", text[:room]))
    ends = [end for end in spaces if not any(start < end < stop for start, stop in inside)]
    return text[: ends[-1]] if ends else ""


def _close(text: str) -> str:
    open_marks: list[str] = []
    for character in text:
        if character in _OPEN_BIDI:
            open_marks.append(_OPEN_BIDI[character])
        elif open_marks and character == open_marks[-1]:
            open_marks.pop()
    return text + "".join(reversed(open_marks))

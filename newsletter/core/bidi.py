"""Characters that change the direction of writing (UAX #9), and characters that nobody sees.

Texts of people may be in any script. What they may not do is turn the words after them around, or hold what
cannot be seen: `Invoice \\u202egpj.exe` reads “Invoice exe.jpg”, and `pay\\u200bpal` is another word.
"""

import re
import unicodedata

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
LEFT_TO_RIGHT_ISOLATE = "\u2066"

_CLOSING = {
    "\u202a": "\u202c",
    "\u202b": "\u202c",
    "\u2066": "\u2069",
    "\u2067": "\u2069",
    "\u2068": "\u2069",
}
_OVERRIDE = re.compile("[\u202d\u202e]")
_INVISIBLE = re.compile("[\u180e\u200b-\u200d\u2060-\u2064\ufeff]")
_JOINERS = "\u200b\u200c\u200d"  # parts of words in Persian, Khmer and others, and of emoji
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")


def has_rtl(text: str) -> bool:
    """Whether `text` holds anything that is written from right to left."""
    return _RTL.search(text) is not None


def main_direction(text: str) -> str:
    """`rtl` or `ltr`, whichever most letters of `text` have; empty where none has a direction.

    For a text that is known this is better than the first letter, which `dir="auto"` goes by: a German name
    at the beginning does not make an Arabic sentence a German one.
    """
    if text.isascii():
        return "ltr" if re.search("[A-Za-z]", text) else ""
    kinds = [unicodedata.bidirectional(character) for character in text]
    left, right = kinds.count("L"), kinds.count("R") + kinds.count("AL")
    if not left and not right:
        return ""
    return "rtl" if right > left else "ltr"


def first_direction(text: str) -> str:
    """`rtl` or `ltr`, whichever the first letter that has a direction has (UAX #9, P2); empty without one."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return ""


def isolated(text: str) -> str:
    """`text` such that its direction and that of the words around it do not disturb each other."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}" if text else ""


def without_overrides(text: str) -> str:
    """`text` without the characters that turn everything after them around."""
    if "\u202d" in text or "\u202e" in text:  # for every reader's name: quicker than the pattern
        return _OVERRIDE.sub("", text)
    return text


def find_override(text: str) -> str:
    """What is wrong with a text whose direction is overridden, in a sentence; empty for any other."""
    override = _OVERRIDE.search(text)
    return f"{_named(text, override.start())} reverses the text after it. Remove it." if override else ""


def find_misleading(line: str) -> str:
    """What is wrong with a line that reads other than it is written, in a sentence; empty for any other."""
    if line.isascii():
        return ""
    open_marks: list[tuple[int, str]] = []
    for index, character in enumerate(line):
        if character in _CLOSING:
            open_marks.append((index, _CLOSING[character]))
        elif open_marks and character == open_marks[-1][1]:
            open_marks.pop()
        elif _INVISIBLE.match(character) and not _belongs(line, index):
            return f"{_named(line, index)} cannot be seen. Remove it."
    if open_marks:
        return f"{_named(line, open_marks[0][0])} is never closed. Remove it."
    return find_override(line)


def without_misleading(line: str) -> str:
    """`line` without what `find_misleading` objects to, for names that nobody can be asked about."""
    if not find_misleading(line):
        return line
    kept = [
        character
        for index, character in enumerate(line)
        if unicodedata.category(character) != "Cf" or (character in _JOINERS and _belongs(line, index))
    ]
    return "".join(kept)


def _belongs(line: str, index: int) -> bool:
    """Whether the joiner at `index` is part of a word or emoji: it stands between two that are not Latin."""
    if line[index] not in _JOINERS or not 0 < index < len(line) - 1:
        return False
    return _may_join(line[index - 1]) and _may_join(line[index + 1])


def _may_join(character: str) -> bool:
    kind = unicodedata.category(character)
    if character.isascii() or kind[0] not in "LMNS":
        return False
    return not unicodedata.name(character, "").startswith("LATIN")


def _named(text: str, index: int) -> str:
    name = unicodedata.name(text[index], "").lower()
    return f"Character {index + 1}, the invisible U+{ord(text[index]):04X} ({name}),"

"""Texts in tables for spreadsheet programs: none of them is a formula there, and each can be had back."""

# A cell that begins so is a formula to spreadsheet programs, also when it is quoted.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
APOSTROPHE = "'"
_STARTS = frozenset(FORMULA_STARTS)


def safe_text(text: str) -> str:
    """`text` with an apostrophe before what would be a formula, and before what has one already."""
    first = text[:1]
    if first in _STARTS or (first == APOSTROPHE and text.lstrip(APOSTROPHE)[:1] in _STARTS):
        return APOSTROPHE + text
    return text


def original_text(cell: str) -> str:
    """The text of which `safe_text` made this cell."""
    if cell[:1] == APOSTROPHE and cell.lstrip(APOSTROPHE)[:1] in _STARTS:
        return cell[1:]
    return cell

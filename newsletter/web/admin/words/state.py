"""A state as `_macros/notices.html` draws it."""

# The word, its kind (success, info, warning, error; None is neutral) and its icon.
Word = tuple[object, str | None, str | None]


def drawn(word: Word) -> Word:
    """`word` in the language of the page."""
    return str(word[0]), word[1], word[2]

"""People's names and comments, as they type them: any script, and how long they may be."""

from newsletter.core import text as texts

NAME_LENGTH = 120
COMMENT_LENGTH = 2000


def clean_name(text: str) -> str:
    """`text` as one line of at most 120 code points, without control characters. Nothing is ever refused."""
    return texts.clean_name(text, NAME_LENGTH)


def checked_name(text: str) -> str:
    """`text` cleaned, for people who can mend it: `Refused` instead of a name that is cut."""
    return texts.checked_name(text, NAME_LENGTH)


def clean_comment(text: str) -> str:
    """`text` of at most 2,000 code points; line breaks stay, other control characters do not."""
    return texts.clean_note(text, COMMENT_LENGTH)

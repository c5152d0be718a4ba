"""People's names, as they type them: any script, any length, one line."""

import unicodedata

from newsletter.core.errors import Refused

NAME_LENGTH = 120
COMMENT_LENGTH = 2000
# Control characters, surrogates and line separators: databases or headers choke on them.
UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean_name(text: str) -> str:
    """`text` as one line of at most 120 code points, without control characters. Nothing is ever refused."""
    spaced = "".join(" " if unicodedata.category(char) in UNPRINTABLE else char for char in text)
    return " ".join(spaced.split())[:NAME_LENGTH].rstrip()


def checked_name(text: str) -> str:
    """`text` cleaned, for people who can mend it: `Refused` instead of a name that is cut."""
    cleaned = clean_name(text)
    if len(" ".join(text.split())) > NAME_LENGTH:
        sentence = f"A name has at most {NAME_LENGTH} characters."
        raise Refused("long_name", sentence, {"name": sentence})
    return cleaned


def clean_comment(text: str) -> str:
    """`text` of at most 2,000 code points; line breaks stay, other control characters do not."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(char for char in line if unicodedata.category(char) not in UNPRINTABLE) for line in lines)
    return "\n".join(kept).strip()[:COMMENT_LENGTH]

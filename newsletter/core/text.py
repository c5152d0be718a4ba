"""What people type: lines and notes without the control characters that headers and databases choke on."""

import re

from newsletter.core.bidi import find_misleading, without_misleading
from newsletter.core.errors import Refused

# The general categories Cc, Zl and Zp (UAX 44): a line break in a header is a second header
# (RFC 5322 §2.2), and PostgreSQL keeps no NUL.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# The same for texts of several lines, in which tab and line feed may stay.
CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
# Octets of a command line that are not UTF-8 come as these, and have no octets in UTF-8 themselves.
SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n|[\r\u2028\u2029]")


def is_line(text: str) -> bool:
    """Whether `text` is one line, without control characters and lone surrogates."""
    return not CONTROL.search(text) and not SURROGATE.search(text)


def is_lines(text: str) -> bool:
    """The same for a text of several lines, in which tabs may stand."""
    return not CONTROL_IN_LINES.search(text) and not SURROGATE.search(text)


def one_line(text: str) -> str:
    """`text` without control characters, with single spaces between its words."""
    if text.isprintable() and "  " not in text:  # of white space nothing but single spaces
        return text.strip(" ")
    return " ".join(SURROGATE.sub(" ", CONTROL.sub(" ", text)).split())


def several_lines(text: str) -> str:
    """`text` with `\\n` between its lines; other control characters stay, to be refused or removed."""
    return _LINE_BREAK.sub("\n", text)


def clean_note(text: str, longest: int) -> str:
    """`text` of at most `longest` code points; line breaks and tabs stay, other control characters do not."""
    kept = SURROGATE.sub("", CONTROL_IN_LINES.sub("", several_lines(text)))
    return kept.strip()[:longest]


def clean_name(text: str, longest: int) -> str:
    """`text` as one line of at most `longest` code points. Nothing is ever refused."""
    if text.isascii() and text.isprintable() and len(text) <= longest and "  " not in text:
        return text.strip()  # nearly every name of an import
    return without_misleading(one_line(text)[:longest]).strip()


def checked_name(text: str, longest: int, *, field: str = "name") -> str:
    """`text` as one line, for people who can mend it: `Refused` for a name that is too long or misleading."""
    name = one_line(text)
    if len(name) > longest:
        sentence = f"A name has at most {longest} characters."
        raise Refused("long_name", sentence, {field: sentence})
    problem = find_misleading(name)
    if problem:
        raise Refused("misleading_name", problem, {field: problem})
    return name


def full_stop(text: str) -> str:
    """`text` as the end of a sentence: with a full stop, unless it ends in a mark of its own.

    For what others said, such as a relay's reply or an error of the system.
    """
    text = text.rstrip()
    return text if text.rstrip("\"'”’)]").endswith((".", "!", "?", "…")) else f"{text}."


def without_nul(text: str) -> str:
    """`text` without NUL, which PostgreSQL takes in no value: for what is only compared or searched for."""
    return text.replace("\0", "")

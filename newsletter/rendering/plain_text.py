"""The shape of the plain text part: lines of at most 76 characters, one blank line between paragraphs."""

import re
import textwrap

WIDTH = 76  # what quoted-printable leaves whole (RFC 2045 §6.7 rule 5); RFC 5322 §2.1.1 recommends 78

_ENTRY = re.compile(r"(\s*)([-+*] |\d+\. )")


def wrapped(text: str, indent: str = "") -> str:
    """`text` in lines of at most 76 characters, its own line breaks kept; URLs are never broken.

    `indent` stands before every line; entries of lists hang by their mark.
    """
    return "\n".join(_wrapped_line(line, indent) for line in text.split("\n"))


def underlined(text: str, mark: str = "-") -> str:
    """`text` on one line with a rule below it, as headings are written in plain text."""
    line = " ".join(text.split())
    return f"{line}\n{mark * min(WIDTH, max(3, len(line)))}"


def tidy(text: str) -> str:
    """`text` without blanks at line ends and runs of blank lines, with one line break at its end."""
    lines = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _wrapped_line(line: str, indent: str) -> str:
    if not line.strip():
        return ""
    entry = _ENTRY.match(line)
    hanging = indent + (" " * len(entry[0]) if entry else "")
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )

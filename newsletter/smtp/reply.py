"""Replies of a server: RFC 5321 §4.2 for the code and its lines, RFC 2034 and 3463 for the enhanced code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.core.text import CONTROL

LONGEST_TEXT = 1000  # characters kept: the server chooses them, and they end up in ledgers and pages

_LINE = re.compile(rb"([2-5][0-9]{2})(?:[ -](.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)")


class Garbled(Exception):
    """What came is not a reply of RFC 5321: whatever is said from here on cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply. `code` 0 means that no server said this: it was decided here, and `text` says why."""

    code: int
    text: str = ""
    enhanced: str | None = None

    @classmethod
    def local(cls, text: str) -> "Reply":
        """A reply that stands for our own decision or observation."""
        return cls(0, text)

    @property
    def digit(self) -> int:
        """2 done, 3 go on, 4 not now, 5 no; 0 nobody said anything."""
        return self.code // 100

    @property
    def fits(self) -> bool:
        """Whether the enhanced code, if any, tells the same story as the code. 3xx replies carry none."""
        return self.enhanced is None or int(self.enhanced[0]) == self.digit

    @property
    def detail(self) -> tuple[int, int] | None:
        """Subject and detail of the enhanced code ((1, 1) for 5.1.1); None when absent or contradictory."""
        if self.enhanced is None or not self.fits:
            return None
        _, subject, detail = self.enhanced.split(".")
        return int(subject), int(detail)

    def __str__(self) -> str:
        parts = [str(self.code) if self.code else "", self.enhanced or "", self.text.replace("\n", " / ")]
        return " ".join(part for part in parts if part)


def parse_reply(lines: Sequence[bytes]) -> Reply:
    """The reply made of `lines` (with or without their line ends). Raises `Garbled`.

    Text is decoded as UTF-8, control characters become spaces, and it is cut at `LONGEST_TEXT`.
    """
    code = 0
    enhanced: str | None = None
    texts: list[str] = []
    for number, line in enumerate(lines):
        match = _LINE.fullmatch(line.rstrip(b"\r\n"))
        if match is None or (number and int(match[1]) != code):
            raise Garbled(f"not a reply: {line[:80]!r}")
        code = int(match[1])
        text = CONTROL.sub(_spaces, (match[2] or b"").decode("utf-8", "replace")).strip()
        if (found := _ENHANCED.match(text)) is not None:
            enhanced = enhanced or found[1]
            text = text[found.end() :]
        texts.append(text)
    if not code:
        raise Garbled("an empty reply")
    return Reply(code, "\n".join(texts)[:LONGEST_TEXT], enhanced)


def _spaces(controls: re.Match[str]) -> str:
    return " " * len(controls[0])


def is_last(line: bytes) -> bool:
    """Whether `line` ends its reply (`250 …` or bare `250`, not `250-…`)."""
    return line[3:4] != b"-"

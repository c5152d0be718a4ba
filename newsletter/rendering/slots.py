"""Slots: the places in a compiled message that differ from recipient to recipient.

A slot travels through Jinja, premailer and lxml as a *sentinel*: plain ASCII letters and digits that none of
them escapes, wraps or percent-encodes. Each compile has its own random nonce, so no text that an editor types
can be mistaken for a slot.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class SlotMode(StrEnum):
    """How a value must be written where it stands."""

    TEXT = "text"  # words: HTML-escaped in HTML, plain in text, RFC 2047 in headers
    URL = "url"  # a whole, already valid URL: escaped like text, never percent-encoded again
    URL_PART = "url_part"  # a piece inside a URL: percent-encoded first


@dataclass(frozen=True)
class Slot:
    """One field (`first_name`, `unsubscribe_url`, …) and what stands there when a recipient has no value."""

    field: str
    default: str = ""
    mode: SlotMode = SlotMode.TEXT


Pieces = tuple[str | Slot, ...]  # a text cut at its slots; two static pieces never stand side by side


@dataclass
class SlotTable:
    """The slots of one compile, and the sentinels that stand for them meanwhile."""

    nonce: str = field(default_factory=lambda: "s" + secrets.token_hex(5))
    slots: list[Slot] = field(default_factory=list)

    def sentinel(self, slot: Slot) -> str:
        """The text that stands for `slot`; the same slot always gets the same sentinel."""
        if slot not in self.slots:
            self.slots.append(slot)
        return f"{self.nonce}x{self.slots.index(slot):03d}z"

    def split(self, text: str) -> Iterator[str | Slot]:
        """The static pieces and slots of `text` in order; empty pieces are left out."""
        for index, piece in enumerate(re.split(rf"{self.nonce}x(\d{{3,}})z", text)):
            if index % 2:
                yield self.slots[int(piece)]
            elif piece:
                yield piece

    def pieces(self, text: str) -> Pieces:
        """`split`, as the tuple that a compiled message keeps."""
        return tuple(self.split(text))

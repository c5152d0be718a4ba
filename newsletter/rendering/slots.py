"""Slots: the places in a compiled message that differ from recipient to recipient.

While templates are rendered and CSS is inlined, a *placeholder* stands for a slot: plain ASCII letters and
digits that Jinja, premailer and lxml neither escape, wrap nor percent-encode. Each compile has its own random
nonce, so no text that an editor types can be mistaken for a slot.
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
    URL_PART = "url_part"  # a part of a URL: percent-encoded first


@dataclass(frozen=True)
class Slot:
    """One field (`first_name`, `unsubscribe_url`, …) and what stands there when a recipient has no value."""

    field: str
    default: str = ""
    mode: SlotMode = SlotMode.TEXT


# A text cut at its slots. What stands between them is a *chunk*; two chunks never stand side by side.
SlottedText = tuple[str | Slot, ...]


@dataclass
class SlotTable:
    """The slots of one compile, and the placeholders that stand for them meanwhile."""

    nonce: str = field(default_factory=lambda: "s" + secrets.token_hex(5))
    slots: list[Slot] = field(default_factory=list)

    def placeholder(self, slot: Slot) -> str:
        """The text that stands for `slot`; the same slot always gets the same one."""
        if slot not in self.slots:
            self.slots.append(slot)
        return f"{self.nonce}x{self.slots.index(slot):03d}z"

    def split(self, text: str) -> Iterator[str | Slot]:
        """The chunks and slots of `text` in order; empty chunks are left out."""
        for index, part in enumerate(re.split(rf"{self.nonce}x(\d{{3,}})z", text)):
            if index % 2:
                yield self.slots[int(part)]
            elif part:
                yield part

    def cut(self, text: str) -> SlottedText:
        """`split`, as the tuple that a compiled message keeps."""
        return tuple(self.split(text))

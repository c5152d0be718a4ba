"""ByteTemplate: a compiled message as chunks of bytes with slots between them; filling it is joining them.

A value of plain ASCII is written the same way in every part and every encoding: it is recognised by one
regular expression, encoded once and put into all slots of its field. Only other values take the long way.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.rendering.headers import Header, HeaderForm
from newsletter.rendering.mime import assemble
from newsletter.rendering.quoted_printable import encode
from newsletter.rendering.slot_writers import Values, Writer, body_writer, header_writer
from newsletter.rendering.slots import Slot, SlotMode, SlottedText

# nothing that HTML escapes or quoted-printable encodes, short enough for one line
_is_bare = re.compile(r"(?!From |.*  )[!#-%(-\-/-;?-~][ !#-%(-;?-~]{0,74}").fullmatch
_is_bare_url_part = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,74}").fullmatch


@dataclass(frozen=True)
class EncodedSlot:
    """One slot in one MIME part, at all its positions: its default, encoded, and how a value is written."""

    default: bytes
    write: Writer
    positions: tuple[int, ...]


@dataclass(frozen=True)
class FieldSlots:
    """All slots of the body that take one field in one manner (as text or as a part of a URL).

    `is_bare`: whether a value may stand in each of them as it is.
    """

    field: str
    is_bare: Callable[[str], object]
    positions: tuple[int, ...]
    slots: tuple[EncodedSlot, ...]


@dataclass(frozen=True)
class ByteTemplate:
    """The chunks of a message. At each slot is an empty one, which `headers` or `fields` fill by position."""

    chunks: list[bytes]
    headers: tuple[tuple[int, Callable[[Values], bytes]], ...]
    fields: tuple[FieldSlots, ...]

    @classmethod
    def build(cls, headers: Iterable[Header], text: SlottedText, html: SlottedText) -> "ByteTemplate":
        """Encode everything that is the same for all recipients."""
        chunks: list[bytes] = [b""]
        writers: list[tuple[int, Callable[[Values], bytes]]] = []
        positions: dict[tuple[Slot, bool], list[int]] = {}
        for header in headers:
            if header.form is HeaderForm.READY:
                chunks[-1] += header.static.encode("ascii")
            else:
                writers.append((len(chunks), header_writer(header)))
                chunks += [b"", b""]  # the slot, and the chunk after it
        for element in assemble(text, html):
            if isinstance(element, bytes):
                chunks[-1] += element
            else:
                positions.setdefault(element, []).append(len(chunks))
                chunks += [b"", b""]
        return cls(chunks, tuple(writers), _group(positions))

    def fill(self, values: Values) -> bytes:
        """The whole message for one recipient."""
        chunks = self.chunks.copy()
        for position, write in self.headers:
            chunks[position] = write(values)
        for field in self.fields:
            value = values.get(field.field)
            if value and field.is_bare(value):
                encoded = value.encode("ascii")
                for position in field.positions:
                    chunks[position] = encoded
            else:
                _fill_encoded(chunks, field.slots, value)
        return b"".join(chunks)


def _fill_encoded(chunks: list[bytes], slots: tuple[EncodedSlot, ...], value: str | None) -> None:
    """The long way: `value` is escaped and encoded for each slot, or gives way to the slot's default."""
    blank = not value or value.isspace()
    before, encoded = "", b""
    for slot in slots:
        if blank or value is None:
            encoded = slot.default
        else:
            written = slot.write(value)
            if written != before:  # most values are the same in both parts
                before, encoded = written, encode(written)
        for position in slot.positions:
            chunks[position] = encoded


def _group(positions: dict[tuple[Slot, bool], list[int]]) -> tuple[FieldSlots, ...]:
    grouped: dict[tuple[str, bool], list[EncodedSlot]] = {}
    for (slot, html), places in positions.items():
        write = body_writer(slot.mode, html=html)
        encoded = EncodedSlot(encode(write(slot.default)), write, tuple(places))
        grouped.setdefault((slot.field, slot.mode is SlotMode.URL_PART), []).append(encoded)
    return tuple(
        FieldSlots(
            field=field,
            is_bare=_is_bare_url_part if url_part else _is_bare,
            positions=tuple(position for slot in slots for position in slot.positions),
            slots=tuple(slots),
        )
        for (field, url_part), slots in grouped.items()
    )

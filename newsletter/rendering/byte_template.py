"""ByteTemplate: a compiled message as bytes with gaps, so that filling it is little more than joining them.

A value of plain ASCII is written the same way in every part and every encoding: it is recognised by one
regular expression, encoded once and put into all its gaps. Only other values take the long way.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.rendering.headers import Header, HeaderForm
from newsletter.rendering.mime import assemble
from newsletter.rendering.quoted_printable import encode
from newsletter.rendering.slot_writers import Values, Writer, body_writer, header_filler
from newsletter.rendering.slots import Pieces, Slot, SlotMode

# nothing that HTML escapes or quoted-printable encodes, short enough for one line
_is_bare = re.compile(r"(?!From |.*  )[!#-%(-\-/-;?-~][ !#-%(-;?-~]{0,74}").fullmatch
_is_bare_url_part = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,74}").fullmatch


@dataclass(frozen=True)
class Hole:
    """One slot in one part: its default, ready to stand there, and how another value is written."""

    default: bytes
    write: Writer
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Gaps:
    """All the places in the body where one field stands in one manner."""

    field: str
    is_bare: Callable[[str], object]
    positions: tuple[int, ...]
    holes: tuple[Hole, ...]


@dataclass(frozen=True)
class ByteTemplate:
    """The message in pieces; those that differ are empty, and told by their position."""

    pieces: list[bytes]
    headers: tuple[tuple[int, Callable[[Values], bytes]], ...]
    gaps: tuple[Gaps, ...]


def lay_out(headers: Iterable[Header], text: Pieces, html: Pieces) -> ByteTemplate:
    """Encode everything that is the same for all recipients."""
    pieces: list[bytes] = [b""]
    fillers: list[tuple[int, Callable[[Values], bytes]]] = []
    positions: dict[tuple[Slot, bool], list[int]] = {}
    for header in headers:
        if header.form is HeaderForm.READY:
            pieces[-1] += "".join(piece for piece in header.value if isinstance(piece, str)).encode("ascii")
        else:
            fillers.append((len(pieces), header_filler(header)))
            pieces += [b"", b""]  # the gap, and the piece after it
    for fragment in assemble(text, html):
        if isinstance(fragment, bytes):
            pieces[-1] += fragment
        else:
            positions.setdefault(fragment, []).append(len(pieces))
            pieces += [b"", b""]
    return ByteTemplate(pieces, tuple(fillers), _group(positions))


def fill_layout(layout: ByteTemplate, values: Values) -> bytes:
    """The whole message for one recipient."""
    pieces = layout.pieces.copy()
    for position, finish in layout.headers:
        pieces[position] = finish(values)
    for gaps in layout.gaps:
        value = values.get(gaps.field)
        if value and gaps.is_bare(value):
            encoded = value.encode("ascii")
            for position in gaps.positions:
                pieces[position] = encoded
        else:
            _fill_holes(pieces, gaps.holes, value)
    return b"".join(pieces)


def _fill_holes(pieces: list[bytes], holes: tuple[Hole, ...], value: str | None) -> None:
    blank = not value or value.isspace()
    for hole in holes:
        encoded = hole.default if blank or value is None else encode(hole.write(value))
        for position in hole.positions:
            pieces[position] = encoded


def _group(positions: dict[tuple[Slot, bool], list[int]]) -> tuple[Gaps, ...]:
    grouped: dict[tuple[str, bool], list[Hole]] = {}
    for (slot, html), places in positions.items():
        write = body_writer(slot.mode, html=html)
        hole = Hole(encode(write(slot.default)), write, tuple(places))
        grouped.setdefault((slot.field, slot.mode is SlotMode.URL_PART), []).append(hole)
    return tuple(
        Gaps(
            field=field,
            is_bare=_is_bare_url_part if url_part else _is_bare,
            positions=tuple(position for hole in holes for position in hole.positions),
            holes=tuple(holes),
        )
        for (field, url_part), holes in grouped.items()
    )

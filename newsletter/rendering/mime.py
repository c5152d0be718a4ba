"""The body of a message: multipart/alternative, text first, HTML last (RFC 2046 §5.1.4), its slots open."""

import hashlib
from collections.abc import Iterator

from newsletter.rendering.quoted_printable import SOFT_BREAK, encode
from newsletter.rendering.slots import Slot, SlottedText

EncodedElement = bytes | tuple[Slot, bool]  # encoded bytes, or a slot and whether it stands in HTML


def boundary_of(text: SlottedText, html: SlottedText) -> str:
    """The same boundary for the same parts.

    It holds `=_`, which quoted-printable never produces (RFC 2045 §6.7), so neither the static parts nor any
    recipient's value can contain it.
    """
    digest = hashlib.sha256()
    for element in (*text, "\0", *html):
        shown = (
            f"\0{element.field}\0{element.default}\0{element.mode}\0"
            if isinstance(element, Slot)
            else element
        )
        digest.update(shown.encode("utf-8", "replace"))
    return f"=_{digest.hexdigest()[:30]}"


def assemble(text: SlottedText, html: SlottedText) -> Iterator[EncodedElement]:
    """The MIME header and body of a message. Each slot stands alone on its encoded line or lines."""
    boundary = boundary_of(text, html)
    yield (
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
        "\r\n"
        f"--{boundary}\r\n{_part_header('plain')}"
    ).encode("ascii")
    yield from encode_part(text, html=False)
    yield f"\r\n--{boundary}\r\n{_part_header('html')}".encode("ascii")
    yield from encode_part(html, html=True)
    yield f"\r\n--{boundary}--\r\n".encode("ascii")


def encode_part(slotted: SlottedText, *, html: bool) -> Iterator[EncodedElement]:
    """`slotted` in quoted-printable: soft line breaks around each slot keep lines within 76 characters."""
    for index, element in enumerate(slotted):
        if isinstance(element, Slot):
            yield element, html
            yield SOFT_BREAK
            continue
        encoded = encode(element)
        yield encoded
        if index + 1 < len(slotted) and not encoded.endswith(b"\r\n"):
            yield SOFT_BREAK


def _part_header(subtype: str) -> str:
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
    )

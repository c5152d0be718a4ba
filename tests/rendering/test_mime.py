"""MIME: two parts in a boundary that neither of them can contain."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.mime import assemble, boundary_of
from newsletter.rendering.slots import Pieces, Slot, SlotMode

NAME = Slot("first_name", "reader")
LINK = Slot("unsubscribe_url", "", SlotMode.URL)
PIECES = st.lists(
    st.one_of(
        st.sampled_from([NAME, LINK]), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
    ),
    max_size=6,
).map(lambda pieces: (*pieces, "\n"))


def joined(text: Pieces, html: Pieces, value: bytes = b"v") -> bytes:
    return b"".join(part if isinstance(part, bytes) else value for part in assemble(text, html))


def test_a_message_has_exactly_these_bytes() -> None:
    body = joined(("Dear ", NAME, ",\n\n3 = 3\n"), ("<p>Käse ", NAME, "</p>\n"), b"Ana")
    boundary = boundary_of(("Dear ", NAME, ",\n\n3 = 3\n"), ("<p>Käse ", NAME, "</p>\n"))
    assert body.decode("ascii").replace(boundary, "BOUNDARY").split("\r\n") == [
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        ' boundary="BOUNDARY"',
        "",
        "--BOUNDARY",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Dear =",
        "Ana=",
        ",",
        "",
        "3 =3D 3",
        "",
        "--BOUNDARY",
        'Content-Type: text/html; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "<p>K=C3=A4se =",
        "Ana=",
        "</p>",
        "",
        "--BOUNDARY--",
        "",
    ]


def test_text_comes_first_and_html_last_with_their_charset() -> None:
    message = message_from_bytes(joined(("a\n",), ("<b>b</b>\n",)), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [(part.get_content_type(), part.get_content_charset()) for part in parts] == [
        ("text/plain", "utf-8"),
        ("text/html", "utf-8"),
    ]
    assert not message.defects
    assert not any(part.defects for part in parts)


@given(PIECES, PIECES)
def test_the_boundary_is_derived_from_the_parts_and_absent_from_them(text: Pieces, html: Pieces) -> None:
    boundary = boundary_of(text, html)
    assert re.fullmatch(r"=_[0-9a-f]{30}", boundary)
    assert boundary == boundary_of(tuple(text), tuple(html))
    assert joined(text, html).count(boundary.encode()) == 4, "once in the header, three times as delimiter"


def test_other_parts_or_other_slots_have_another_boundary() -> None:
    seen = {
        boundary_of(("a",), ("b",)),
        boundary_of(("ab",), ()),
        boundary_of((), ("ab",)),
        boundary_of(("a", NAME), ("b",)),
        boundary_of(("a", LINK), ("b",)),
    }
    assert len(seen) == 5


def test_a_part_that_quotes_the_boundary_does_not_end_early() -> None:
    text = ("--=_0123456789abcdef0123456789abcd--\n--\n",)
    message = message_from_bytes(joined(text, ("<p>\n",)), policy=policy.default)
    assert isinstance(message, EmailMessage)
    first = next(message.iter_parts())
    assert isinstance(first, EmailMessage)
    assert first.get_content().replace("\r\n", "\n") == text[0]

"""Addresses that mail comes from: what the door takes works wherever it is written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.core.addresses import mailto, parse_sender_address
from newsletter.core.errors import Refused
from newsletter.core.idn import to_ascii_domain
from newsletter.rendering.headers import MessageHeaders, build_headers
from newsletter.rendering.slots import SlotTable
from newsletter.smtp.address import envelope_address


@pytest.mark.parametrize(
    "text",
    [
        "zoë@press.example",
        "редакция@press.example",
        "desk@localhost.localdomain",
        "desk@mail.LOCALDOMAIN",
        "desk@press",
        "desk@10.0.0.1",
        "d" * 65 + "@press.example",
    ],
)
def test_no_sender(text: str) -> None:
    with pytest.raises(Refused, match="cannot be a sender: ") as refused:
        parse_sender_address(text)
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("desk@press.example", "mailto:desk@press.example"),
        ("desk@größe.example", "mailto:desk@xn--gre-6ka8i.example"),
        ("a/b%c?d=e&f#g@press.example", "mailto:a%2Fb%25c%3Fd%3De%26f%23g@press.example"),
        ("o'neil+news@press.example", "mailto:o'neil+news@press.example"),
    ],
)
def test_its_uri_is_ascii(text: str, uri: str) -> None:
    assert mailto(parse_sender_address(text).email) == uri


LOCAL = st.from_regex(r"\A[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.é-]{1,66}\Z")
DOMAIN = st.from_regex(r"\A[a-z0-9äßς-]{1,30}(\.[a-z0-9é日-]{1,30}){0,4}\Z")


@given(LOCAL, DOMAIN)
@example("a", "ä" * 50 + ".example")
def test_whatever_is_taken_can_be_written(local: str, domain: str) -> None:
    try:
        email = parse_sender_address(f"{local}@{domain}").email
    except Refused:
        return
    facts = MessageHeaders(
        email,
        reply_to=email,
        owner=mailto(email),
        list_id=f"a.{to_ascii_domain(email.rpartition('@')[2])}",
    )
    headers = build_headers(facts, "Hello", SlotTable())
    assert all(header.static.isascii() for header in headers)
    assert envelope_address(email, smtputf8=False).isascii()

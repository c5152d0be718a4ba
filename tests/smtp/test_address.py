"""Envelope addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.smtp.address import BadAddress, NeedsSmtpUtf8, envelope_address


@pytest.mark.parametrize(
    "text",
    [
        "a@example.org",
        "first.last+tag@example.org",
        "dots..and.@example.org",
        "o'brien=x/y!z#%$&*?^`{|}~@example.org",
        '"a b"@example.org',
        '"a\\"b@c"@example.org',
        "a@xn--bcher-kva.example",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "a@localhost",
        "x" * 64 + "@example.org",
    ],
)
def test_ascii_addresses_go_as_they_are(text):
    assert envelope_address(text, smtputf8=False) == text.encode()


def test_the_longest_address():
    domain = ".".join(["y" * 61, "y" * 61, "y" * 61, "org"])
    room = 254 - len(domain) - 1
    assert envelope_address("x" * room + "@" + domain, smtputf8=False)
    with pytest.raises(BadAddress):
        envelope_address("x" * (room + 1) + "@" + domain, smtputf8=False)


@pytest.mark.parametrize(
    "text",
    [
        '"a"b"@example.org',
        '"a<b"@example.org',
        '"a\\',
        '"a\r\nb"@example.org',
        "a(b)@example.org",
        "a,b@example.org",
        "a@-x.org",
        "a@x-.org",
        "a@[evil]",
        "a@x_y.org\u2028",
        "a\u00a0b@example.org",
        "a@.",
        "a@example.org.",
        "a@\u2603.example",  # a snowman: no letter or digit (RFC 5892)
        "a@é..example",
        "a@" + "é" * 60 + ".example",
    ],
)
def test_impossible_addresses(text):
    with pytest.raises(BadAddress):
        envelope_address(text, smtputf8=True)


def test_a_local_part_beyond_ascii_needs_smtputf8():
    with pytest.raises(NeedsSmtpUtf8):
        envelope_address("é@example.org", smtputf8=False)
    assert envelope_address("é@bücher.example", smtputf8=True) == "é@xn--bcher-kva.example".encode()


@pytest.mark.parametrize(
    ("domain", "octets"),
    [
        ("faß.example", b"xn--fa-hia.example"),
        ("βόλος.example", b"xn--nxasmm1c.example"),
        ("例え.テスト", b"xn--r8jz45g.xn--zckzah"),
        ("BÜCHER。example", b"xn--bcher-kva.example"),
    ],
)
def test_international_domains_go_as_a_labels(domain, octets):
    assert envelope_address(f"a@{domain}", smtputf8=False) == b"a@" + octets


@given(st.text(), st.booleans())
def test_whatever_comes_out_cannot_end_its_command(text, smtputf8):
    for candidate in (text, text + "@example.org", "a@" + text):
        try:
            octets = envelope_address(candidate, smtputf8=smtputf8)
        except (BadAddress, NeedsSmtpUtf8):
            continue
        assert not set(octets) & set(b"\r\n\0<>")
        assert len(octets) <= 254
        assert smtputf8 or octets.isascii()

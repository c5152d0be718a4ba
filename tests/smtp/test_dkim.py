"""Signatures, judged by dkimpy, which nobody of us wrote."""

import base64
import hashlib

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric.dsa import generate_private_key as make_dsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.dkim import Algorithm, Signer, canonical_body, seal_envelope, sign
from newsletter.smtp.stuffing import with_crlf

RSA = Signer("press.example", "rsa", generate_private_key(public_exponent=65_537, key_size=2048))
ED25519 = Signer("press.example", "ed", Ed25519PrivateKey.generate())
BOTH = [RSA, ED25519]
RECORDS = {signer.record_name: signer.record.encode() for signer in BOTH}
AT = 1_790_000_000
HEADER = (
    b"From: The Weekly <news@press.example>\r\nTo: ana@example.org\r\n"
    b"Subject: The  week\r\n of \tthe mill \r\n"
    b"Date: Fri, 01 Jan 2027 08:00:00 +0000\r\nMessage-ID: <1@press.example>\r\n"
    b"List-Unsubscribe: <https://press.example/u/token>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)
MESSAGE = HEADER + b"\r\nGood morning.\r\n"

octets = st.lists(
    st.sampled_from([b" ", b"  ", b"\t", b"\r\n", b"\r\n\r\n", b"word", b".", b"=20", b"\xc3\xa9", b"-"]),
    max_size=30,
).map(b"".join)


def dns(name: bytes, **_: object) -> bytes | None:
    return RECORDS.get(name.decode().rstrip("."))


def verified(message: bytes) -> list[bool]:
    """What dkimpy says of each signature."""

    def one(place: int) -> bool:
        try:
            return bool(dkimpy.DKIM(message).verify(idx=place, dnsfunc=dns))
        except dkimpy.DKIMException:  # the body is another, or there is no header any more
            return False

    return [one(place) for place in range(message.count(b"DKIM-Signature: "))]


@given(body=octets, subject=octets.map(lambda text: text.replace(b"\r\n", b"\r\n ")))
@example(body=b"", subject=b"")
@example(body=b"\r\n\r\n", subject=b" ")
@example(body=b" \t \r\n", subject=b"x")
def test_whatever_is_signed_is_verified(body: bytes, subject: bytes) -> None:
    message = HEADER.replace(b"of \tthe", b"of " + subject + b"the") + b"\r\n" + with_crlf(body)
    assert verified(sign(message, BOTH, AT)) == [True, True]


def test_the_signature_says_what_it_covers() -> None:
    head = sign(MESSAGE, [RSA], AT).partition(b"From:")[0]
    unfolded = b"".join(head.split()).decode()
    assert unfolded.startswith("DKIM-Signature:v=1;a=rsa-sha256;c=relaxed/relaxed;d=press.example;s=rsa;")
    assert f"t={AT};" in unfolded
    assert "l=" not in unfolded.partition("b=")[0].replace("bl=", "")
    names = unfolded.partition("h=")[2].partition(";")[0].split(":")
    assert {name: names.count(name) for name in ("from", "subject", "list-unsubscribe", "reply-to")} == {
        "from": 2,
        "subject": 2,
        "list-unsubscribe": 2,
        "reply-to": 1,
    }
    assert "list-unsubscribe-post" in names
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("header", [b"From", b"Subject", b"Reply-To", b"List-Unsubscribe", b"Cc"])
def test_a_header_that_was_added_breaks_it(header: bytes) -> None:
    signed = sign(MESSAGE, BOTH, AT)
    place = signed.index(b"From: ")
    forged = signed[:place] + header + b": somebody@else.example\r\n" + signed[place:]
    assert verified(forged) == [False, False]


def test_any_octet_that_is_another_breaks_it() -> None:
    signatures = sign(MESSAGE, BOTH, AT).removesuffix(MESSAGE)
    for place in (place for place, octet in enumerate(MESSAGE) if octet > ord(" ")):
        changed = bytearray(MESSAGE)
        changed[place] ^= 1
        assert verified(signatures + changed) == [False, False], bytes(changed)


def test_an_octet_more_or_less_breaks_it() -> None:
    signatures = sign(MESSAGE, BOTH, AT).removesuffix(MESSAGE)
    assert verified(signatures + MESSAGE + b"x\r\n") == [False, False]  # there is no l=
    assert verified(signatures + MESSAGE.removesuffix(b".\r\n") + b"\r\n") == [False, False]


def test_a_relay_may_say_who_logged_in() -> None:
    signed = sign(MESSAGE, BOTH, AT)
    assert verified(b"Received: from here\r\nSender: account@press.example\r\n" + signed) == [True, True]


def test_what_is_no_field_is_passed_over() -> None:
    message = b"no field at all\r\n" + MESSAGE
    assert sign(message, [RSA], AT).endswith(message)


def test_white_space_that_relays_change_does_not_matter() -> None:
    signed = sign(MESSAGE, BOTH, AT)
    again = signed.replace(b"The  week\r\n of \tthe mill \r\n", b"The week of the mill\r\n") + b"\r\n\r\n"
    assert verified(again) == [True, True]


@pytest.mark.parametrize(
    ("body", "canonical"),
    [
        (b"", b""),
        (b"\r\n", b""),
        (b"\r\n\r\n", b""),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),  # RFC 6376 §3.4.5
        (b"x", b"x\r\n"),
        (b"x  ", b"x\r\n"),
        (b" \t", b""),
        (b"x\r\n \r\n\t\r\n", b"x\r\n"),
        (b"x\n\ry\n", b"x\n\ry\n\r\n"),  # alone, CR and LF end no line
        (b"x" + b"\r\n" * 50_000, b"x\r\n"),
    ],
)
def test_the_canonical_body(body: bytes, canonical: bytes) -> None:
    assert canonical_body(body) == canonical


def test_the_example_of_rfc_8463() -> None:
    """Appendix A: its key, its message, and the octets of its signature, of which there can be only these."""
    seed = base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    signer = Signer("football.example.com", "brisbane", Ed25519PrivateKey.from_private_bytes(seed))
    assert signer.record == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    assert signer.record_name == "brisbane._domainkey.football.example.com"
    body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
    digest = base64.b64encode(hashlib.sha256(canonical_body(body)).digest())
    assert digest == b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    signed = (
        b"from:Joe SixPack <joe@football.example.com>\r\n"
        b"to:Suzie Q <suzie@shopping.example.net>\r\n"
        b"subject:Is dinner ready?\r\n"
        b"date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
        b"message-id:<20030712040037.46341.5F8J@football.example.com>\r\n"
        b"dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; d=football.example.com;"
        b" i=@football.example.com; q=dns/txt; s=brisbane; t=1528637909; h=from : to : subject : date :"
        b" message-id : from : subject : date; bh=%b; b=" % digest
    )
    assert base64.b64encode(signer.seal(signed)) == (
        b"/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    )


def test_keys_are_read_and_unfit_ones_refused() -> None:
    for signer, algorithm in ((RSA, Algorithm.RSA), (ED25519, Algorithm.ED25519)):
        pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        again = Signer.from_pem("press.example", signer.selector, pem)
        assert again.algorithm is algorithm
        assert again.record == signer.record
        assert "key" not in repr(again)
    pem = make_dsa(1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="RSA of at least 1024 bits or with Ed25519"):
        Signer.from_pem("press.example", "dsa", pem)


def test_an_envelope_is_sealed_or_left_alone() -> None:
    envelope = Envelope(1, "news@press.example", "ana@example.org", MESSAGE, clean=True)
    assert seal_envelope(envelope, (), AT) is envelope
    assert verified(seal_envelope(envelope, BOTH, AT).body) == [True, True]

"""Mailboxes: one address stays one address, whatever the name beside it."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address, AddressHeader

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.rendering.addresses import clean_address, format_mailbox, needs_smtputf8, to_ascii_domain


def parsed(header: str) -> tuple[Address, ...]:
    message = message_from_bytes(f"{header}\r\n\r\n".encode(), policy=policy.default)
    assert message.keys() == ["To"]
    to = message["To"]
    assert isinstance(to, AddressHeader)
    return to.addresses


NAMES = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), st.sampled_from('"\\,<>()@=?é. ')),
    max_size=90,
).map(lambda name: " ".join(name.split()))


@given(NAMES)
@example("O'Neil, Ana (work) <x@y>")
@example('"quoted"')
@example("back\\slash")
@example("=?utf-8?q?=0D=0ABcc:_a=40b?=")
@example("Ana Petrović")
@example("J. R. Smith")
@example("x" * 80)
def test_a_name_is_shown_as_it_is_and_adds_no_address(name: str) -> None:
    header = format_mailbox("To", name, "ana@example.org")
    (address,) = parsed(header)
    words = header.removeprefix("To: ").rpartition("<")[0].strip()
    if words.startswith("=?"):  # the parser of the library puts spaces between encoded words of one phrase
        assert str(make_header(decode_header(words))) == name
    else:
        assert address.display_name == name
    assert address.addr_spec == "ana@example.org"
    assert all(len(line) <= 78 for line in header.split("\r\n"))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("", "To: ana@example.org"),
        ("Ana Maria", "To: Ana Maria <ana@example.org>"),
        ("Petrova, Ana", 'To: "Petrova, Ana" <ana@example.org>'),
        ("Ana Petrović", "To: =?utf-8?q?Ana_Petrovi=C4=87?= <ana@example.org>"),
    ],
)
def test_words_quoted_strings_and_encoded_words(name: str, written: str) -> None:
    assert format_mailbox("To", name, "ana@example.org") == written


def test_encoded_words_never_stand_in_quotes_or_addresses() -> None:
    header = format_mailbox("To", 'Zoë "Zed", Ltd.', clean_address("zoë@bücher.example"))
    assert not re.search(r'"[^"]*=\?[^"]*"|<[^>]*=\?', header)


def test_an_idn_domain_becomes_a_labels() -> None:
    assert clean_address("ana@bücher.example") == "ana@xn--bcher-kva.example"
    assert to_ascii_domain("EXAMPLE.org") == "EXAMPLE.org"
    with pytest.raises(ValueError, match="not allowed"):
        to_ascii_domain("\u2603..example")


def test_a_domain_that_idna_refuses_harms_nobody() -> None:
    assert clean_address("ana@é..x") == "ana@?..x"


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("a@b.org>, <c@d.org", "ab.orgc@d.org"),
        ("a@b.org\r\nBcc: c@d.org", "ab.orgBccc@d.org"),
        ("a b@c.org", "ab@c.org"),
        ('"a b"@c.org', '"a b"@c.org'),
        ("no address", "noaddress"),
    ],
)
def test_what_could_add_an_address_is_taken_out(hostile: str, clean: str) -> None:
    cleaned = clean_address(hostile)
    assert cleaned.replace("@", "", cleaned.count("@") - 1) == clean.replace("@", "", clean.count("@") - 1)
    assert not set("<>,;\r\n") & set(cleaned)


@given(st.text(max_size=60))
def test_any_address_yields_one_header_line(address: str) -> None:
    header = format_mailbox("To", "", clean_address(address))
    assert not re.search(r"[\r\n\0]", header)
    header.encode("utf-8")


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("ana@example.org", False),
        ("ana@bücher.example", False),
        ("añá@example.org", True),
        ("я@пример.рф", True),
    ],
)
def test_only_the_local_part_needs_smtputf8(address: str, needed: bool) -> None:
    assert needs_smtputf8(address) is needed

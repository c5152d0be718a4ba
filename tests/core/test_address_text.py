"""Addresses within texts: each spelling of one is found, and nobody else's; or all of them are hidden."""

import unicodedata

import pytest

from newsletter.core.address_text import ERASED, AddressInText, hide_addresses

ADA = "Ada.Byron@Müller.example"


@pytest.mark.parametrize(
    "spelling",
    [
        ADA,
        ADA.lower(),
        ADA.upper(),
        "ada.byron@xn--mller-kva.example",
        "ADA.BYRON@XN--MLLER-KVA.EXAMPLE",
        unicodedata.normalize("NFD", ADA),
        "ada.byron%40müller.example",
    ],
)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "550 5.1.1 <{}>: unknown",
        "'{}'.",
        "to={},",
        "…{}; she said",
        "mailto:{}?x",
        "for {}.csv",
        "-{}-",
    ],
)
def test_each_spelling_is_erased(spelling: str, around: str) -> None:
    address = AddressInText(ADA)
    text = around.format(spelling)
    if around == "-{}-":  # a hyphen goes on with the domain
        text = text[:-1]
        around = around[:-1]
    assert address.is_in(text)
    assert address.erase(text) == around.format(ERASED)
    assert address.erase_in({"a": [text, 1, None]}) == {"a": [around.format(ERASED), 1, None]}


@pytest.mark.parametrize(
    "other",
    ["xada@b.example", "x.ada@b.example", "x+ada@b.example", "ada@b.example.org", "ada@b.example-x", "ada@c"],
)
def test_whoever_has_a_longer_address_keeps_it(other: str) -> None:
    address = AddressInText("ada@b.example")
    text = f"{other} and Ada"
    assert not address.is_in(text)
    assert address.erase(text) is text
    assert address.erase(f"{other}, ADA@B.example") == f"{other}, {ERASED}"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("550 <ada@b.example> unknown", "550 <…@b.example> unknown"),
        ("“ADA@Müller.example” and to=bo+x@c.example", "“…@Müller.example” and to=…@c.example"),
        ("smtp://user:pass@relay.example:587", "smtp://user:…@relay.example:587"),
        ("transactional@host ready, 5 @ 3.2", "transactional@host ready, 5 @ 3.2"),
        ("nothing", "nothing"),
    ],
)
def test_all_addresses_are_hidden(text: str, hidden: str) -> None:
    assert hide_addresses(text) == hidden

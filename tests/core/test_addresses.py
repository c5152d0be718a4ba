"""Which addresses are the same: case does not matter, letters do."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.addresses import MAX_OCTETS, parse_address
from newsletter.core.errors import Refused


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jo@Example.org", "jo@example.ORG"),
        ("ÉVA@example.org", "éva@example.org"),
        ("e\u0301va@example.org", "éva@example.org"),  # NFD and NFC
        ("jo@BÜCHER.example", "jo@xn--bcher-kva.example"),
        ("jo@ma\u00dfe.example", "jo@xn--mae-6ka.example"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert parse_address(one).key == parse_address(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jo@ma\u00dfe.example", "jo@masse.example"),
        ("gro\u00df@example.org", "gross@example.org"),
        ("jo@νικος.example", "jo@νικοσ.example"),
        ("νικος@example.org", "νικοσ@example.org"),
        ("o\ufb03ce@example.org", "office@example.org"),  # a ligature
        ("\u0130lk@example.org", "ilk@example.org"),
    ],
)
def test_different_letters_are_different_people(one: str, other: str) -> None:
    assert parse_address(one).key != parse_address(other).key
    assert parse_address(one).hash != parse_address(other).hash


def test_a_capital_sigma_at_the_end_is_no_final_one() -> None:
    assert parse_address("ΝΙΚΟΣ@example.org").key == "νικοσ@example.org"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80))
def test_keys_are_bounded(local: str) -> None:
    try:
        address = parse_address(f"{local}@example.org")
    except Refused:
        return
    assert len(address.key.encode()) <= MAX_OCTETS
    assert parse_address(address.email) == address


@given(
    st.from_regex(r"\A[a-zA-Z0-9_.+é-]{0,12}\Z"),
    st.from_regex(r"\A@?[a-zA-Z0-9.äß_-]{0,20}\Z") | st.just("press.example"),
)
def test_the_short_way_for_usual_addresses_leads_to_the_same(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    try:
        expected = validate_email(
            text, check_deliverability=False, test_environment=True, globally_deliverable=False
        ).normalized
    except EmailNotValidError:
        expected = ""
    try:
        email = parse_address(text).email
    except Refused:
        email = ""
    assert email == expected

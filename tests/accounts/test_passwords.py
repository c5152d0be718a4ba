"""What makes a password good enough, and that Flask-Security verifies our hashes."""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_security.utils import verify_password
from hypothesis import given
from hypothesis import strategies as st

from newsletter.accounts.passwords import (
    HASHING,
    LONGEST,
    SHORTEST,
    check_password,
    hash_password,
    normalise,
)
from newsletter.core.errors import Refused

EMAIL = "olga.marin@press.example"


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet herons",
        "čtyři ptáci na drátě",
        "пять тихих цапель",
        "🦉🦆🦢🐓🐦 and a wren",
        "x9#Kq!7vLp",
    ],
)
def test_good_enough(password: str) -> None:
    assert check_password(password, EMAIL) == normalise(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "short_password"),
        ("nine char", "short_password"),
        ("abcabcabcabc", "guessed_password"),
        ("1234567890", "guessed_password"),
        ("PassWord123", "guessed_password"),
        ("P@ssw0rd2024", "guessed_password"),
        ("aaaaaaaaaaaaaaaa", "guessed_password"),
        ("qwertyuiop", "guessed_password"),
        ("newsletter123", "guessed_password"),
        ("olga.marin123", "guessed_password"),
        ("administrator", "guessed_password"),
        ("letmein123", "guessed_password"),
        ("x" * 300, "long_password"),
        ("abcdefgh" * 40, "long_password"),
        ("olga.marin", "address_password"),
        ("Olga.Marin@Press.example", "address_password"),
        ("press.example", "address_password"),
    ],
)
def test_refused(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_password(password, EMAIL)
    assert refused.value.code == code
    assert "password" in refused.value.fields


@given(st.text(max_size=LONGEST + 50))
def test_any_text_is_refused_or_hashable(text: str) -> None:
    try:
        normal = check_password(text, EMAIL)
    except Refused:
        return
    assert SHORTEST <= len(normal) <= LONGEST
    assert normalise(normal) == normal


def test_a_hash_costs_what_rfc_9106_asks_for_with_little_memory() -> None:
    hashed = PasswordHasher.from_parameters(HASHING).hash("cafe au lait noir")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_flask_security_verifies_it(app: Flask) -> None:
    hashed = hash_password(normalise("cafe\u0301 au lait noir"))
    with app.app_context():
        assert verify_password(normalise("caf\u00e9 au lait noir"), hashed)
        assert not verify_password(normalise("cafe au lait noir"), hashed)
    assert hashed.startswith("$argon2id$")

"""What makes a password good enough, and its hash: Argon2id, as Flask-Security verifies it.

The rules are those of NIST SP 800-63B §3.1.1.2: length, and nothing that is guessed first; no rule about
kinds of letters, and no forced change.
"""

import secrets
import unicodedata
from functools import cache
from typing import Literal

from argon2 import PasswordHasher

from newsletter.core.errors import Refused

SHORTEST = 10
LONGEST = 256  # letters; a bound so that nobody makes the server hash a book
NORMAL_FORM: Literal["NFKD"] = "NFKD"  # Flask-Security's SECURITY_PASSWORD_NORMALIZE_FORM
SCHEMES = ["argon2"]
FEWEST_KINDS = 5  # different letters
GUESSED_FIRST = frozenset(
    {
        "1234567890",
        "0123456789",
        "0987654321",
        "12345678910",
        "123456789a",
        "1q2w3e4r5t",
        "administrator",
        "changeme123",
        "iloveyou123",
        "letmein123",
        "newsletter",
        "newsletter1",
        "newsletter123",
        "password10",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "qwerty12345",
        "qwerty123456",
        "qwertyuiop",
        "welcome123",
    }
)


def check_password(password: str, email: str) -> str:
    """The password in its normal form; `Refused` says in one sentence why it will not do."""
    normal = normalise(password)
    plain = normal.casefold()
    if len(normal) < SHORTEST:
        raise _refused(
            "short", f"Use at least {SHORTEST} characters. A few words in a row are easy to remember."
        )
    if len(normal) > LONGEST:
        raise _refused("long", f"Use at most {LONGEST} characters.")
    if plain in GUESSED_FIRST or len(set(plain)) < FEWEST_KINDS:
        raise _refused(
            "guessed", "This password is among the first that anybody would guess. Use another one."
        )
    if plain in _parts(email):
        raise _refused("address", "This password is your address. Use another one.")
    return normal


def normalise(password: str) -> str:
    """The password as it is hashed: the same, whatever keyboard typed it; never longer than we hash."""
    return unicodedata.normalize(NORMAL_FORM, password[: LONGEST + 1])


def hash_password(password: str) -> str:
    """The Argon2id hash of a password in its normal form."""
    return PasswordHasher().hash(password)


@cache
def wasted_hash() -> str:
    """A hash that no password fits, to verify against when there is no account: it costs the same."""
    return hash_password(secrets.token_urlsafe(32))


def _parts(email: str) -> set[str]:
    """What somebody who knows the address would try."""
    whole = email.casefold()
    local, _at, domain = whole.partition("@")
    return {whole, local, domain, local + domain}


def _refused(why: str, sentence: str) -> Refused:
    return Refused(f"{why}_password", sentence, {"password": sentence})

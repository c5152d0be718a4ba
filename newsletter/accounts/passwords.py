"""Passwords: what makes one good enough, and its hash, Argon2id, as Flask-Security verifies it.

The rules are those of NIST SP 800-63B §3.1.1.2: length, and nothing that is guessed first; no rule about
kinds of letters, and no forced change.
"""

import secrets
import unicodedata
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY

from newsletter.core.errors import Refused

SHORTEST = 10
LONGEST = 256  # letters; a bound so that nobody makes the server hash a book
NORMAL_FORM: Literal["NFKD"] = "NFKD"  # Flask-Security's SECURITY_PASSWORD_NORMALIZE_FORM
SCHEMES = ["argon2"]
HASHING = RFC_9106_LOW_MEMORY  # 64 MiB of memory, three times
hasher = PasswordHasher.from_parameters(HASHING)
# On zxcvbn's scale from 0 to 4: below, fewer than a million guesses find it.
LEAST_SCORE = 2
LONGEST_JUDGED = 72  # characters: what zxcvbn looks at
OUR_WORDS = ("newsletter",)


def check_password(password: str, email: str) -> str:
    """The password in its normal form; `Refused` says in one sentence why it will not do."""
    normal = normalise(password)
    if len(normal) < SHORTEST:
        raise _refused(
            "short", f"Use at least {SHORTEST} characters. A few words in a row are easy to remember."
        )
    if len(normal) > LONGEST:
        raise _refused("long", f"Use at most {LONGEST} characters.")
    if normal.casefold() in _parts(email):
        raise _refused("address", "Your password cannot be your email address. Choose another one.")
    if _is_guessed(normal, email):
        raise _refused("guessed", "This password is too easy to guess. Choose another one.")
    return normal


def normalise(password: str) -> str:
    """The password as it is hashed: the same, whatever keyboard typed it; never longer than we hash."""
    return unicodedata.normalize(NORMAL_FORM, password[: LONGEST + 1])


def hash_password(password: str) -> str:
    """The Argon2id hash of a password in its normal form."""
    return hasher.hash(password)


@cache
def wasted_hash() -> str:
    """A hash that no password fits, to verify against when there is no account: it costs the same."""
    return hash_password(secrets.token_urlsafe(32))


def _is_guessed(password: str, email: str) -> bool:
    """Whether few guesses find it: words, rows of keys, repetitions, and what is known of its owner."""
    # Its lists of words are long: who chooses no password does not wait for them.
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:LONGEST_JUDGED], user_inputs=[*sorted(_parts(email)), *OUR_WORDS])
    return int(judged["score"]) < LEAST_SCORE


def _parts(email: str) -> set[str]:
    """What somebody who knows the address would try."""
    whole = email.casefold()
    local, _at, domain = whole.partition("@")
    return {whole, local, domain, local + domain}


def _refused(why: str, sentence: str) -> Refused:
    return Refused(f"{why}_password", sentence, {"password": sentence})

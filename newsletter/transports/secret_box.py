"""Where the password of a relay is locked away: encrypted, with a key that the database does not hold.

The key is derived (HKDF, RFC 5869) from the installation's secret. A copy of the database alone says nothing;
what was locked with an earlier secret opens as long as that is among OLD_SECRET_KEYS.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"newsletter-transport-password"


class Unreadable(Exception):
    """What is locked was locked with a secret that is not known any more."""


class SecretBox:
    """Locks with the newest of `secrets`, opens with any of them."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def lock(self, text: str) -> str:
        """`text` encrypted and authenticated, as ASCII; each time another."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, locked: str) -> str:
        """What was locked. Raises `Unreadable`."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise Unreadable from None


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)

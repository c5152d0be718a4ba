"""Encrypt passwords of relays and DKIM keys before they are stored (Fernet: AES-128-CBC with HMAC-SHA256).

The key is derived (HKDF, RFC 5869) from SECRET_KEY, which the database does not hold, so a copy of the
database reveals nothing. What was encrypted with an earlier key is read while that is in OLD_SECRET_KEYS.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"newsletter-transport-password"


class DecryptionFailed(Exception):
    """It was encrypted with a secret that is not known any more."""


class SecretBox:
    """Encrypts with the first of `secrets`, decrypts with any of them."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def encrypt(self, text: str) -> str:
        """`text` encrypted and authenticated, in ASCII; a different ciphertext each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The text that was encrypted. Raises `DecryptionFailed`."""
        try:
            return self._fernet.decrypt(ciphertext.encode()).decode()
        except InvalidToken:
            raise DecryptionFailed from None


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)

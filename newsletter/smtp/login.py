"""AUTH (RFC 4954): PLAIN, LOGIN, CRAM-MD5, in that order.

smtplib's own `login` takes ASCII credentials only and offers a wrong password once per mechanism, which locks
accounts; here the first mechanism that the server knows is tried, and the next only if it did not know it.
"""

import base64
import hmac
import smtplib
from collections.abc import Callable


class NoMechanism(Exception):
    """The server offers no AUTH, or none that we speak."""


class Login:
    """One log-in over an encrypted session, or one that the operator allowed in clear."""

    def __init__(self, smtp: smtplib.SMTP, user: str, password: str) -> None:
        self._smtp = smtp
        self._user = user.encode()
        self._password = password.encode()

    def run(self) -> tuple[int, bytes]:
        """The last reply; 235 when logged in. Raises `NoMechanism`."""
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        known: dict[str, Callable[[], tuple[int, bytes]]] = {
            "PLAIN": self._plain,
            "LOGIN": self._login,
            "CRAM-MD5": self._cram_md5,
        }
        usable = [known[name] for name in known if name in offered]
        if not usable:
            raise NoMechanism(
                f"the relay offers {'no AUTH' if not offered else ', '.join(offered) + ' only'}"
            )
        for mechanism in usable[:-1]:
            code, text = mechanism()
            if code not in {504, 534}:  # unknown mechanism, mechanism too weak
                return code, text
        return usable[-1]()

    def _plain(self) -> tuple[int, bytes]:
        """RFC 4616, in the initial response."""
        return self._smtp.docmd("AUTH", "PLAIN " + _base64(b"\0" + self._user + b"\0" + self._password))

    def _login(self) -> tuple[int, bytes]:
        code, text = self._smtp.docmd("AUTH", "LOGIN")
        for answer in (self._user, self._password):
            if code != 334:
                break
            code, text = self._smtp.docmd(_base64(answer))
        return code, text

    def _cram_md5(self) -> tuple[int, bytes]:
        """RFC 2195: the password itself is not sent."""
        code, text = self._smtp.docmd("AUTH", "CRAM-MD5")
        if code != 334:
            return code, text
        digest = hmac.new(self._password, base64.b64decode(text), "md5").hexdigest()
        return self._smtp.docmd(_base64(self._user + b" " + digest.encode()))


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()

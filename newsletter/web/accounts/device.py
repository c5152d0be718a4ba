"""Device cookies: a browser in which somebody signed in before is told from strangers who try passwords.

It proves nothing but that: the password is asked for all the same. What strangers do does not count for it,
and what it does counts for it alone.
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

import secrets
from datetime import timedelta

from flask import after_this_request, request
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.models import User
from newsletter.core.errors import DomainError
from newsletter.core.tokens import Purpose
from newsletter.web.current import links
from newsletter.web.limits import account_key

VALID_FOR = timedelta(days=400)  # browsers keep no cookie for longer (RFC 6265bis §5.5)
NONCE_BITS = 62


def known_device(account: str) -> str | None:
    """By what this browser is counted for `account`; None when it did not sign in to it before."""
    try:
        claim = links().signer.read(Purpose.DEVICE, request.cookies.get(_name(), ""), max_age=VALID_FOR)
    except DomainError:
        return None
    whose, nonce = claim.ids
    return f"{whose}-{nonce}" if whose == _number(account) else None


def remember_device(user: User) -> None:
    """Give this browser the cookie, with the answer to this request."""
    token = links().signer.sign(Purpose.DEVICE, _number(user.email_key), secrets.randbits(NONCE_BITS))

    @after_this_request
    def set_cookie(response: AnyResponse) -> AnyResponse:
        https = _is_https()
        response.set_cookie(
            _name(), token, max_age=VALID_FOR, secure=https, httponly=True, samesite="Strict", path="/"
        )
        return response


def _number(account: str) -> int:
    """The account without its address: the beginning of its key's hash."""
    return int(account_key(account)[:15], 16)


def _name() -> str:
    return "__Host-newsletter-device" if _is_https() else "newsletter_device"


def _is_https() -> bool:
    return links().public_url.startswith("https://")

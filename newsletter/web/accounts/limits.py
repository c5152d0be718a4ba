"""How often passwords may be tried: for each account and for each visitor, wherever they come from.

Counted before the password is looked at, so that the limit also spares the hashing. Signing in gives the
account its tries back. The figures are the application's config, in the notation of Flask-Limiter.
"""

import hashlib
from contextlib import suppress
from datetime import timedelta
from math import ceil

from flask import current_app, request
from flask_babel import format_timedelta
from flask_babel import gettext as _
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from newsletter.core import clock
from newsletter.core.errors import Limited
from newsletter.web.limits import limiter

SIGN_IN = "sign-in-account"

# Enough for somebody who looks for the right one of their passwords, far too few to guess one.
PER_ACCOUNT = "10 per 15 minutes; 50 per day"
# A whole office may stand behind one address.
PER_VISITOR = "60 per 15 minutes; 300 per day"
# A reset or an invitation is a mail to somebody: nobody's mailbox is to be flooded.
MAILS_PER_ACCOUNT = "3 per hour; 10 per day"
MAILS_PER_VISITOR = "20 per hour"

_meanwhile = MovingWindowRateLimiter(MemoryStorage())  # counts while Redis is away


def spend_sign_in(account: str) -> None:
    """Count one try; `Limited` when this account or this visitor had enough."""
    _spend("SIGN_INS_PER_VISITOR", PER_VISITOR, "sign-in-visitor", _visitor())
    _spend("SIGN_INS_PER_ACCOUNT", PER_ACCOUNT, SIGN_IN, _short(account))


def forgive_sign_in(account: str) -> None:
    """The account's owner came in: their earlier slips do not count any more."""
    for limit in parse_many(_figure("SIGN_INS_PER_ACCOUNT", PER_ACCOUNT)):
        with suppress(RedisError):
            limiter.limiter.clear(limit, SIGN_IN, _short(account))


def spend_mail(account: str) -> None:
    """Count one mail that somebody asks for who is not signed in."""
    _spend("RESET_MAILS_PER_VISITOR", MAILS_PER_VISITOR, "reset-visitor", _visitor())
    _spend("RESET_MAILS_PER_ACCOUNT", MAILS_PER_ACCOUNT, "reset-account", _short(account))


def _spend(name: str, default: str, scope: str, who: str) -> None:
    for limit in parse_many(_figure(name, default)):
        try:
            allowed, counted = limiter.limiter.hit(limit, scope, who), limiter.limiter
        except RedisError:
            allowed, counted = _meanwhile.hit(limit, scope, who), _meanwhile
        if not allowed:
            raise _too_many(counted.get_window_stats(limit, scope, who).reset_time)


def _too_many(until: float) -> Limited:
    minutes = max(1, ceil((until - clock.now().timestamp()) / 60))
    wait = format_timedelta(timedelta(minutes=minutes), granularity="minute", threshold=1)
    return Limited(
        "too_many_tries", _("There were too many tries. Please wait %(time)s, then try again.", time=wait)
    )


def _figure(name: str, default: str) -> str:
    return str(current_app.config.get(name, default))


def _visitor() -> str:
    return request.remote_addr or "unknown"


def _short(account: str) -> str:
    """The account's key, of bounded length and without the address."""
    return hashlib.sha256(account.strip().casefold().encode()).hexdigest()

"""Rate limits: how often a visitor, an account or an email domain may do what costs something.

Counted before the work is done, in Redis and, while it is away, in memory. Each figure can be changed by the
application's config, in the notation of Flask-Limiter.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from flask import Flask, current_app, request
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from newsletter.core import clock
from newsletter.core.addresses import Address, address_key
from newsletter.core.errors import Limited
from newsletter.core.queue import limits_url


@dataclass(frozen=True)
class Allowance:
    """How often somebody may: `figure`, unless the application's config has another under `setting`."""

    scope: str
    setting: str
    figure: str

    def limits(self) -> list[RateLimitItem]:
        return parse_many(str(current_app.config.get(self.setting, self.figure)))


# Enough for somebody who looks for the right one of their passwords, far too few to guess one.
SIGN_INS_PER_ACCOUNT = Allowance("sign-in-account", "SIGN_INS_PER_ACCOUNT", "10 per 15 minutes; 50 per day")
# A whole office may stand behind one address.
SIGN_INS_PER_VISITOR = Allowance("sign-in-visitor", "SIGN_INS_PER_VISITOR", "60 per 15 minutes; 300 per day")
# A reset or an invitation is a mail to somebody: nobody's mailbox is to be flooded.
MAILS_PER_ACCOUNT = Allowance("reset-account", "RESET_MAILS_PER_ACCOUNT", "3 per hour; 10 per day")
MAILS_PER_VISITOR = Allowance("reset-visitor", "RESET_MAILS_PER_VISITOR", "20 per hour")
# A classroom behind one address can sign up; a program that types addresses cannot type many.
SIGN_UPS_PER_VISITOR = Allowance("sign-up-visitor", "SIGN_UPS_PER_VISITOR", "30 per hour; 100 per day")
# More than a campaign brings from any company; far fewer than it takes to make a provider turn us away.
SIGN_UPS_PER_DOMAIN = Allowance("sign-up-domain", "SIGN_UPS_PER_DOMAIN", "1000 per hour")

limiter = Limiter(get_remote_address, headers_enabled=False)
_meanwhile = MovingWindowRateLimiter(MemoryStorage())  # counts while Redis is away


def init_app(app: Flask, redis_url: str) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=limits_url(redis_url),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 2, "socket_timeout": 2},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_KEY_PREFIX="newsletter",
    )
    limiter.init_app(app)
    # Our limits are counted in the middle of a view, where they are spent: no request is looked at before.
    app.before_request_funcs[None].remove(limiter._check_request_limit)


def visitor() -> str:
    """By what a visitor is counted."""
    return request.remote_addr or "unknown"


def account_key(account: str) -> str:
    """By what an account is counted: of bounded length, and without the address."""
    return hashlib.sha256(address_key(account.strip()).encode()).hexdigest()


def consume_sign_in(account: str) -> None:
    """Count one try of a password; `Limited` when this account or this visitor had enough."""
    _consume_tries(SIGN_INS_PER_VISITOR, visitor())
    _consume_tries(SIGN_INS_PER_ACCOUNT, account_key(account))


def forgive_sign_in(account: str) -> None:
    """The account's owner came in: their earlier slips do not count any more."""
    for limit in SIGN_INS_PER_ACCOUNT.limits():
        with suppress(RedisError):
            limiter.limiter.clear(limit, SIGN_INS_PER_ACCOUNT.scope, account_key(account))


def consume_mail(account: str) -> None:
    """Count one mail that somebody asks for who is not signed in; `Limited` when they had enough."""
    _consume_tries(MAILS_PER_VISITOR, visitor())
    _consume_tries(MAILS_PER_ACCOUNT, account_key(account))


def consume_sign_up(address: Address) -> None:
    """Count a request for a subscription of `address`; `Limited` when visitor or domain had enough.

    Part of `subscribers.signup_protection`; it is here because counting needs the request and Redis.
    """
    if _consume(SIGN_UPS_PER_VISITOR, visitor()) or _consume(SIGN_UPS_PER_DOMAIN, address.domain):
        sentence = _("There were too many requests from here in a short time. Please try again in an hour.")
        raise Limited("too_many_sign_ups", sentence)


def _consume_tries(allowance: Allowance, who: str) -> None:
    until = _consume(allowance, who)
    if until is not None:
        minutes = max(1, ceil((until - clock.now().timestamp()) / 60))
        wait = format_timedelta(timedelta(minutes=minutes), granularity="minute", threshold=1)
        sentence = _("There were too many tries. Please wait %(time)s, then try again.", time=wait)
        raise Limited("too_many_tries", sentence)


def _consume(allowance: Allowance, who: str) -> float | None:
    """Count once; None while it is allowed, else when it is again (seconds since 1970)."""
    for limit in allowance.limits():
        try:
            allowed, counted = limiter.limiter.hit(limit, allowance.scope, who), limiter.limiter
        except RedisError:
            allowed, counted = _meanwhile.hit(limit, allowance.scope, who), _meanwhile
        if not allowed:
            return float(counted.get_window_stats(limit, allowance.scope, who).reset_time)
    return None

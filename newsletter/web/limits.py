"""Rate limits: how often a visitor, an account or an email domain may do what costs something.

Counted before the work is done, in Redis and, while it is away, in memory. Each figure can be changed by the
application's config, in the notation of Flask-Limiter. A visitor is counted by `web.networks`.

Nobody can lock a stranger out: passwords are counted for an account and the network that they come from, and
a browser that signed in before (`web.accounts.device`) is counted by itself.
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from flask import Flask, current_app, request
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from newsletter.core import clock
from newsletter.core.addresses import MAX_OCTETS, Address, address_key
from newsletter.core.errors import Limited
from newsletter.core.queue import limits_url
from newsletter.core.timeout_breaker import TimeoutBreaker
from newsletter.web.networks import networks_of


@dataclass(frozen=True)
class Allowance:
    """How often somebody may: `figure`, unless the application's config has another under `setting`."""

    scope: str
    setting: str
    figure: str

    def limits(self, factor: int = 1) -> list[RateLimitItem]:
        """Each limit of the figure, `factor` times as high."""
        read = parse_many(str(current_app.config.get(self.setting, self.figure)))
        return [type(one)(one.amount * factor, one.multiples, one.namespace) for one in read]


# From one network: enough for somebody who looks for the right one of their passwords, too few to guess one.
SIGN_INS_PER_ACCOUNT = Allowance("sign-in-account", "SIGN_INS_PER_ACCOUNT", "10 per 15 minutes; 50 per day")
# The same for a browser that signed in before, whatever strangers do.
SIGN_INS_PER_DEVICE = Allowance("sign-in-device", "SIGN_INS_PER_DEVICE", "10 per 15 minutes; 50 per day")
# From all networks together: no password that we accept is among the first million guesses.
SIGN_INS_OF_STRANGERS = Allowance("sign-in-strangers", "SIGN_INS_OF_STRANGERS", "1000 per day")
# A whole office may stand behind one address.
SIGN_INS_PER_VISITOR = Allowance("sign-in-visitor", "SIGN_INS_PER_VISITOR", "60 per 15 minutes; 300 per day")
# A reset or an invitation is a mail to somebody: nobody's mailbox is to be flooded.
MAILS_PER_ACCOUNT = Allowance("reset-account", "RESET_MAILS_PER_ACCOUNT", "3 per hour; 10 per day")
MAILS_PER_DEVICE = Allowance("reset-device", "RESET_MAILS_PER_DEVICE", "3 per hour; 10 per day")
MAILS_PER_VISITOR = Allowance("reset-visitor", "RESET_MAILS_PER_VISITOR", "20 per hour")
# A link is valid for an hour: whoever is not sent a fifth one has four in their mailbox.
MAILS_OF_STRANGERS = Allowance("reset-strangers", "RESET_MAILS_OF_STRANGERS", "4 per hour")
# A classroom behind one address can sign up; a program that types addresses cannot type many.
SIGN_UPS_PER_VISITOR = Allowance("sign-up-visitor", "SIGN_UPS_PER_VISITOR", "30 per hour; 100 per day")
# More than a campaign brings from any company; far fewer than it takes to make a provider turn us away.
SIGN_UPS_PER_DOMAIN = Allowance("sign-up-domain", "SIGN_UPS_PER_DOMAIN", "1000 per hour")
# Somebody mistypes their new address a few times; a link that strangers have would write to many.
ADDRESS_CHANGES_PER_PERSON = Allowance("address-change", "ADDRESS_CHANGES_PER_PERSON", "10 per day")
# One proof of work is for one sign-up.
USES_OF_PROOF = Allowance("proof", "USES_OF_PROOF", "1 per hour")
# Each is a message, to any address, through a server that may be anybody's.
RELAY_TESTS = Allowance("relay-test", "RELAY_TESTS", "60 per hour; 200 per day")
# Somebody who works on the look of an issue presses often; each goes to five addresses at most.
TEST_MESSAGES = Allowance("test-message", "TEST_MESSAGES", "120 per hour; 500 per day")
# Each reads the index of all issues; a reader tries some words, a program would try a dictionary.
ARCHIVE_SEARCHES_PER_VISITOR = Allowance("archive-search", "ARCHIVE_SEARCHES", "60 per minute; 600 per hour")
# Somebody who reads a shared issue writes a few comments; a program would write thousands.
SHARED_COMMENTS_PER_VISITOR = Allowance("shared-comment", "SHARED_COMMENTS", "20 per 10 minutes; 100 per day")

# Somebody who reads much suggests a few links; a program would fill the inbox.
SUGGESTIONS_PER_VISITOR = Allowance(
    "suggestion-visitor", "SUGGESTIONS_PER_VISITOR", "10 per hour; 30 per day"
)
# More than editors can look at: whoever writes from many networks reaches no further.
SUGGESTIONS_PER_PUBLICATION = Allowance("suggestion", "SUGGESTIONS_PER_PUBLICATION", "200 per day")

REDIS_PATIENCE_SECONDS = 0.25

limiter = Limiter(get_remote_address, headers_enabled=False)
_meanwhile = MovingWindowRateLimiter(MemoryStorage())  # counts while Redis is away
_redis = TimeoutBreaker()


def init_app(app: Flask, redis_url: str) -> None:
    app.config.update(
        RATELIMIT_STORAGE_URI=limits_url(redis_url),
        RATELIMIT_STORAGE_OPTIONS={
            "socket_connect_timeout": REDIS_PATIENCE_SECONDS,
            "socket_timeout": REDIS_PATIENCE_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        },
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_KEY_PREFIX="newsletter",
    )
    hooks: list[list[Any]] = [
        app.before_request_funcs[None],
        app.after_request_funcs[None],
        app.teardown_request_funcs[None],
    ]
    lengths = [len(functions) for functions in hooks]
    limiter.init_app(app)
    # Our limits are counted in the middle of a view, where they are spent: the limiter looks at no request,
    # neither before nor after.
    for functions, length in zip(hooks, lengths, strict=True):
        del functions[length:]


def account_key(account: str) -> str:
    """By what an account is counted: of bounded length, and without the address."""
    return hashlib.sha256(address_key(account.strip()[:MAX_OCTETS]).encode()).hexdigest()


def consume_sign_in(account: str, device: str | None) -> None:
    """Count one try of a password; `Limited` when there were too many.

    `device`: what this browser is known by, when it signed in to this account before.
    """
    key = account_key(account)
    if device is not None and _consume(SIGN_INS_PER_DEVICE, device) is None:
        return
    _consume_tries(SIGN_INS_PER_VISITOR)
    _consume_tries(SIGN_INS_PER_ACCOUNT, key)
    _refuse_until(_consume(SIGN_INS_OF_STRANGERS, key))


def forgive_sign_in(account: str) -> None:
    """The account's owner came in, or used a link from their mailbox: earlier slips do not count any more."""
    key = account_key(account)
    with suppress(RedisError):
        for network in networks_of(_visitor()):
            for limit in SIGN_INS_PER_ACCOUNT.limits(network.factor):
                limiter.limiter.clear(limit, SIGN_INS_PER_ACCOUNT.scope, f"{network.key} {key}")
        for limit in SIGN_INS_OF_STRANGERS.limits():
            limiter.limiter.clear(limit, SIGN_INS_OF_STRANGERS.scope, key)


def consume_mail(account: str, device: str | None) -> bool:
    """Count one mail that somebody asks for who is not signed in; `Limited` when they had enough.

    False: it is not to be sent, and not to be told, because all strangers together had enough. Whoever has
    the account finds the links of the last hour.
    """
    key = account_key(account)
    if device is not None and _consume(MAILS_PER_DEVICE, device) is None:
        return True
    _consume_tries(MAILS_PER_VISITOR)
    _consume_tries(MAILS_PER_ACCOUNT, key)
    return _consume(MAILS_OF_STRANGERS, key) is None


def consume_sign_up(address: Address) -> None:
    """Count a request for a subscription of `address`; `Limited` when visitor or domain had enough.

    Part of `subscribers.signup_protection`; it is here because counting needs the request and Redis.
    """
    until = _consume_networks(SIGN_UPS_PER_VISITOR)
    if until is not None or _consume(SIGN_UPS_PER_DOMAIN, address.domain):
        sentence = _(
            "There were too many requests from your network in a short time. Please try again in an hour."
        )
        raise Limited("too_many_sign_ups", sentence)


def consume_address_change(subscriber_id: int, address: Address) -> None:
    """Count that a person wants `address` instead of theirs; `Limited` when they had enough, or as above."""
    consume_sign_up(address)
    _refuse_until(_consume(ADDRESS_CHANGES_PER_PERSON, str(subscriber_id)))


def is_first_use(proof: str) -> bool:
    """Whether this proof of work was not used before, as far as Redis remembers: longer than it is good."""
    return _consume(USES_OF_PROOF, hashlib.sha256(proof.encode()).hexdigest()) is None


def consume_relay_test(account: str) -> None:
    """Count one test of a relay by this user; `Limited` when they had enough."""
    _refuse_until(_consume(RELAY_TESTS, account_key(account)))


def consume_test_message(account: str) -> None:
    """Count one test message of an issue by this user; `Limited` when they had enough."""
    _refuse_until(_consume(TEST_MESSAGES, account_key(account)))


def consume_shared_comment() -> None:
    """Count one comment of a visitor who has a share link; `Limited` when they had enough."""
    _consume_tries(SHARED_COMMENTS_PER_VISITOR)


def consume_archive_search() -> None:
    """Count one search of a visitor in an archive; `Limited` when they had enough."""
    _consume_tries(ARCHIVE_SEARCHES_PER_VISITOR)


def consume_suggestion(publication_id: int) -> None:
    """Count one link that a reader suggests; `Limited` when the visitor or the publication had enough."""
    _consume_tries(SUGGESTIONS_PER_VISITOR)
    if _consume(SUGGESTIONS_PER_PUBLICATION, str(publication_id)) is not None:
        sentence = _("There were many suggestions today. Please try again tomorrow.")
        raise Limited("too_many_suggestions", sentence)


def _visitor() -> str:
    return request.remote_addr or ""


def _consume_tries(allowance: Allowance, what: str = "") -> None:
    """Count one try of this visitor, at `what`."""
    _refuse_until(_consume_networks(allowance, what))


def _refuse_until(until: float | None) -> None:
    if until is not None:
        minutes = max(1, ceil((until - clock.now().timestamp()) / 60))
        wait = format_timedelta(timedelta(minutes=minutes), granularity="minute", threshold=1)
        sentence = _("There were too many attempts. Please wait %(time)s, then try again.", time=wait)
        raise Limited("too_many_tries", sentence)


def _consume_networks(allowance: Allowance, what: str = "") -> float | None:
    """Count once for each network of this visitor; as `_consume`."""
    for network in networks_of(_visitor()):
        until = _consume(allowance, f"{network.key} {what}".rstrip(), network.factor)
        if until is not None:
            return until
    return None


def _consume(allowance: Allowance, who: str, factor: int = 1) -> float | None:
    """Count once; None while it is allowed, else when it is again (seconds since 1970)."""
    for limit in allowance.limits(factor):
        until = _count(limit, allowance.scope, who)
        if until is not None:
            return until
    return None


def _count(limit: RateLimitItem, scope: str, who: str) -> float | None:
    if not _redis.is_open:
        with suppress(RedisError), _redis.watch():
            return _hit(limiter.limiter, limit, scope, who)
    return _hit(_meanwhile, limit, scope, who)


def _hit(counter: RateLimiter, limit: RateLimitItem, scope: str, who: str) -> float | None:
    if counter.hit(limit, scope, who):
        return None
    return float(counter.get_window_stats(limit, scope, who).reset_time)

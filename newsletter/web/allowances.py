"""How often one visitor, and one email domain, may ask for subscriptions: form, embed and API count together.

Part of `newsletter.subscribers.signup_protection`; it is here because counting needs the request and Redis.
The figures are the application's config (`SIGN_UPS_PER_VISITOR`, `SIGN_UPS_PER_DOMAIN`, in the notation of
Flask-Limiter), so that an installation can change them.
"""

from flask import current_app, g
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from newsletter.core.addresses import Address
from newsletter.core.errors import Limited
from newsletter.web.limits import limiter

# A classroom behind one address can sign up; a program that types addresses cannot type many.
PER_VISITOR = "30 per hour; 100 per day"
# More than a campaign brings from any company; far fewer than it takes to make a provider turn us away.
PER_DOMAIN = "1000 per hour"


def spend(address: Address) -> None:
    """Count a request for a subscription of `address`; `Limited` when visitor or domain had enough."""
    g.sign_up_domain = address.domain
    try:
        _one_visitor()
        _one_domain()
    except RateLimitExceeded:
        sentence = _("There were too many requests from here in a short time. Please try again in an hour.")
        raise Limited("too_many_sign_ups", sentence) from None


def _per_visitor() -> str:
    return str(current_app.config.get("SIGN_UPS_PER_VISITOR", PER_VISITOR))


def _per_domain() -> str:
    return str(current_app.config.get("SIGN_UPS_PER_DOMAIN", PER_DOMAIN))


def _domain() -> str:
    return str(g.sign_up_domain)


@limiter.shared_limit(_per_visitor, scope="sign-up-visitor")
def _one_visitor() -> None: ...


@limiter.shared_limit(_per_domain, scope="sign-up-domain", key_func=_domain)
def _one_domain() -> None: ...

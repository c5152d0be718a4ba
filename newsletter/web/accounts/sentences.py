"""What the domain of accounts refuses, in the language of the page."""

from typing import Any

from flask_babel import lazy_gettext

from newsletter.accounts.passwords import LONGEST, SHORTEST
from newsletter.core.errors import DomainError

SENTENCES: dict[str, Any] = {
    "unknown_link": lazy_gettext("This link is not complete. Copy the whole link."),
    "expired_link": lazy_gettext("This link has expired."),
    "used_link": lazy_gettext("This link has been used, or a newer one has taken its place."),
    "already_set_up": lazy_gettext("This installation has its owner. Sign in, or ask to be invited."),
    "short_password": lazy_gettext(
        "Use at least %(least)s characters. A few words are easy to remember.", least=SHORTEST
    ),
    "long_password": lazy_gettext("Use at most %(most)s characters.", most=LONGEST),
    "guessed_password": lazy_gettext("This password is among the first that are guessed. Use another one."),
    "address_password": lazy_gettext("This password is your address. Use another one."),
    "bad_address": lazy_gettext("Please write a whole email address, like ana@example.org."),
    "user_exists": lazy_gettext("This address is on the team already: look for it in the list."),
    "last_owner": lazy_gettext("This is the only owner who can sign in. Make someone else an owner first."),
    "not_invited": lazy_gettext("This invitation is no longer open."),
    "unknown_user": lazy_gettext("This person is not on the team."),
}


def sentence_for(error: DomainError) -> str:
    """The sentence for a person."""
    return str(SENTENCES.get(error.code, error.message))

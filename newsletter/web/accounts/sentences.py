"""What the domain of accounts refuses, in the language of the page."""

from typing import Any

from flask_babel import lazy_gettext

from newsletter.accounts.passwords import LONGEST, SHORTEST
from newsletter.core.errors import DomainError

SENTENCES: dict[str, Any] = {
    "unknown_link": lazy_gettext("This link is not complete. Copy the whole link."),
    "expired_link": lazy_gettext("This link has expired."),
    "used_link": lazy_gettext("This link has already been used or replaced by a newer one."),
    "already_set_up": lazy_gettext("This installation already has an owner. Sign in, or ask to be invited."),
    "short_password": lazy_gettext(
        "Use at least %(least)s characters. A few words are easy to remember.", least=SHORTEST
    ),
    "long_password": lazy_gettext("Use at most %(most)s characters.", most=LONGEST),
    "guessed_password": lazy_gettext("This password is too easy to guess. Choose another one."),
    "address_password": lazy_gettext("Your password cannot be your email address. Choose another one."),
    "bad_address": lazy_gettext("Please enter a full email address, like ana@example.org."),
    "user_exists": lazy_gettext("This address is already on the team: see the list."),
    "last_owner": lazy_gettext("This is the only owner who can sign in. Make someone else an owner first."),
    "not_invited": lazy_gettext("This invitation is no longer open."),
    "unknown_user": lazy_gettext("This person is not on the team."),
}


def sentence_for(error: DomainError) -> str:
    """The sentence for a person."""
    return str(SENTENCES.get(error.code, error.message))

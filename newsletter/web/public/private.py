"""Pages that are one person's, reached by a signed link."""

from typing import Any

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from newsletter.core.errors import DomainError
from newsletter.core.tokens import Claim, Purpose
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

# What the domain refuses, in the language of the page.
SENTENCES: dict[str, Any] = {
    "unknown_token": lazy_gettext("This link is not complete. Copy the whole link from the email."),
    "unknown_subscription": lazy_gettext("This link belongs to a subscription that no longer exists."),
    "unknown_subscriber": lazy_gettext(
        "There is no data behind this link: it was deleted, or it never existed."
    ),
    "expired_token": lazy_gettext("This link has expired."),
    "unknown_link": lazy_gettext("This link no longer works."),
    "outdated_link": lazy_gettext(
        "This link is no longer valid: there was a newer request, or it was too long ago."
    ),
    "same_address": lazy_gettext("This is your address already."),
    "address_taken": lazy_gettext(
        "This address is already subscribed, or was once. Nothing was changed: use the link at the end of any"
        " email that comes to it, or sign up with it."
    ),
    "revoked_link": lazy_gettext("This link has been revoked."),
    "ended": lazy_gettext("This subscription has since ended. You can subscribe again at any time."),
    "suppressed": lazy_gettext("This address is on our list of addresses that we never email."),
    "not_suppressed": lazy_gettext("This address is already getting email again."),
    "too_many_links": lazy_gettext("We sent a few messages like this already. Please try again tomorrow."),
    "cannot_undo": lazy_gettext("This subscription cannot be restored here. Please subscribe again."),
    "not_paused": lazy_gettext("This subscription is not paused."),
    "bad_transition": lazy_gettext("This subscription has changed in the meantime."),
    "bad_pause": lazy_gettext("A pause lasts one, two or three months."),
    "bad_language": lazy_gettext("Please choose one of the languages."),
}


def make_private(blueprint: Blueprint) -> None:
    """Keep the blueprint's pages out of search engines and caches, and their links out of Referer headers."""
    blueprint.after_request(_private)
    blueprint.register_error_handler(DomainError, _refused)


def read_token(purpose: Purpose, token: str, count: int, **options: Any) -> Claim:
    """What the token in the URL says, with exactly `count` ids; 404 when it is not genuine.

    `options` (`max_age`) go to `Signer.read`.
    """
    claim = links().signer.read(purpose, token, **options)
    if len(claim.ids) != count:
        abort(404)
    return claim


def show_test_page() -> str:
    """What the links of a test message lead to: there is nobody behind them, and nothing happens."""
    return render_template(
        "public/message.html",
        heading=_("This is a test"),
        sentence=_(
            "This link comes from a test message, so it does nothing. It will work in the real message."
        ),
    )


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _refused(error: DomainError) -> tuple[str, int]:
    session().rollback()
    status = STATUS[error.decision]
    sentence = str(SENTENCES.get(error.code, error.message))
    return render_template("public/error.html", status=status, sentence=sentence), status

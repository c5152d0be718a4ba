"""Forged requests: everything that acts for somebody signed in, or signs them in, wants a token.

It is kept in the session and sent back as the field `csrf_token` or the header `X-CSRFToken`. Readers' pages
have no cookie to ride on and no token (see `web.public.preferences`), and RFC 8058's one-click must not.
"""

from flask import Flask, current_app, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from newsletter.web.current import public_page
from newsletter.web.errors import Answer, answer

PROTECTED = ("admin_", "accounts_")  # how the names of the protected blueprints begin

protection = CSRFProtect()


def init_app(app: Flask) -> None:
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # `check` says where
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stay open over lunch
        WTF_CSRF_SSL_STRICT=False,  # browsers may keep back the Referer; the token is enough
    )
    protection.init_app(app)
    app.jinja_env.globals["csrf_token"] = token
    app.context_processor(lambda: {"csrf_token": token})
    app.register_error_handler(CSRFError, refused)


def is_protected() -> bool:
    """Whether this request is for a page that wants a token."""
    return (request.blueprint or "").startswith(PROTECTED)


def token() -> str:
    """The token for a form of this page; empty on pages that want none."""
    return str(generate_csrf()) if is_protected() else ""


def check() -> None:
    """Refuse a POST, PUT, PATCH or DELETE without the session's token."""
    if is_protected():
        protection.protect()


def missing_cookie() -> str:
    """What to do when the browser sent no cookie of ours, which no old page explains; empty when it did."""
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return ""
    if current_app.config["SESSION_COOKIE_SECURE"] and not request.is_secure:
        sentence = _(
            "Your browser did not keep our cookie, because this page is not encrypted. Open %(url)s instead.",
            url=public_page(),
        )
        return str(sentence)
    return str(_("Your browser did not keep our cookie. Allow cookies for this site, then try again."))


def refused(_error: CSRFError) -> Answer:
    """Say that the form is from before, and how to send it again."""
    sentence = missing_cookie() or _(
        "This form has expired because you signed in or out after opening it. Go back, reload "
        "the page and send it again."
    )
    return answer(400, sentence, code="csrf")

"""Flask-Security, set up to keep users and sessions; its own pages, mails and tokens are not used.

The pages are ours (`web.accounts`), because its templates have inline styles and scripts, and its mails
bypass our outbox. What it hangs on every request is taken off again: a reader's page neither reads a cookie
nor asks the database who is signed in.
https://flask-security.readthedocs.io/en/stable/configuration.html
"""

from datetime import timedelta

from flask import Flask
from flask_login.utils import _user_context_processor
from flask_security import Security, SQLAlchemyUserDatastore

from newsletter.accounts import passwords
from newsletter.accounts.models import Role, User, WebAuthn
from newsletter.accounts.sessions import ABSOLUTE_LIMIT
from newsletter.core import clock
from newsletter.web.accounts import signed_in
from newsletter.web.database import db


def init_app(app: Flask, https: bool) -> None:
    """Set up users and their session cookie; `https`: whether the public URL is."""
    app.config.update(
        # Cookies are kept for a host, whatever its port: the name keeps ours apart on a developer's machine.
        # __Host- makes browsers refuse one that another host of the domain has set (RFC 6265bis §4.1.3.2).
        SESSION_COOKIE_NAME="__Host-newsletter" if https else "newsletter_session",
        PERMANENT_SESSION_LIFETIME=ABSOLUTE_LIMIT,
        SESSION_REFRESH_EACH_REQUEST=False,  # readers' pages set no cookie
        SECURITY_PASSWORD_HASH=passwords.SCHEMES[0],
        SECURITY_PASSWORD_SCHEMES=passwords.SCHEMES,
        SECURITY_PASSWORD_SINGLE_HASH=passwords.SCHEMES,
        SECURITY_PASSWORD_LENGTH_MIN=passwords.SHORTEST,
        SECURITY_PASSWORD_NORMALIZE_FORM=passwords.NORMAL_FORM,
        SECURITY_DATETIME_FACTORY=clock.now,
        SECURITY_TRACKABLE=True,
        SECURITY_FRESHNESS=timedelta(hours=12),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    datastore = SQLAlchemyUserDatastore(db, User, Role, WebAuthn)
    security = Security(app, datastore, register_blueprint=False)
    _only_sessions(app, security)


def _only_sessions(app: Flask, security: Security) -> None:
    """Users are recognised by their session, when a page of the admin asks, and by nothing else."""
    manager, principal = security.login_manager, security.principal
    manager.session_protection = None  # the session is bound to its row, not to an IP address
    manager.request_loader(_nobody)  # no tokens in URLs or headers
    signed_in.recognise_with(manager)
    app.before_request_funcs[None].remove(principal._on_before_request)
    app.after_request_funcs[None].remove(manager._update_remember_cookie)
    app.template_context_processors[None].remove(_user_context_processor)


def _nobody(_request: object) -> None:
    return None

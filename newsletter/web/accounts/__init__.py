"""Signing in: Flask-Security on our tables, and the pages that lead to the admin."""

from flask import Flask

from newsletter.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    """Users, their sessions, the guard against forged requests, and the pages to sign in."""
    from newsletter.web.accounts import (
        admin_language,
        csrf,
        invitation,
        password,
        reauthenticate,
        security,
        set_up,
        sign_in,
    )

    csrf.init_app(app)
    admin_language.init_app(app)
    security.init_app(app, settings.effective_public_url.startswith("https://"))
    for page in (sign_in, reauthenticate, set_up, invitation, password):
        app.register_blueprint(page.blueprint)

"""Every blueprint of the application, in one list."""

from flask import Flask

from newsletter.settings import Settings
from newsletter.web import health
from newsletter.web.dev import mailbox
from newsletter.web.public import media


def init_app(app: Flask, settings: Settings) -> None:
    app.register_blueprint(health.blueprint)
    app.register_blueprint(media.blueprint)
    if mailbox.belongs_here(settings):
        app.register_blueprint(mailbox.blueprint)

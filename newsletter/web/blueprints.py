"""Every blueprint of the application, in one list."""

from flask import Flask

from newsletter.settings import Settings
from newsletter.web import health
from newsletter.web.dev import mailbox
from newsletter.web.public import (
    archive,
    confirm,
    feed,
    home,
    media,
    preferences,
    style,
    subscribe,
    unsubscribe,
)


def init_app(app: Flask, settings: Settings) -> None:
    app.register_blueprint(health.blueprint)
    app.register_blueprint(home.blueprint)
    app.register_blueprint(media.blueprint)
    app.register_blueprint(archive.blueprint)
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(style.blueprint)
    app.register_blueprint(subscribe.blueprint)
    app.register_blueprint(confirm.blueprint)
    app.register_blueprint(unsubscribe.blueprint)
    app.register_blueprint(preferences.blueprint)
    if mailbox.belongs_here(settings):
        app.register_blueprint(mailbox.blueprint)

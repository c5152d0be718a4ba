"""Every blueprint of the application, in one list."""

from flask import Flask

from newsletter.settings import Settings
from newsletter.web import health


def init_app(app: Flask, settings: Settings) -> None:
    app.register_blueprint(health.blueprint)

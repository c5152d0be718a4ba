"""What the current application was made with: its settings and links."""

from typing import cast

from flask import current_app

from newsletter.core.links import Links
from newsletter.settings import Settings


def settings() -> Settings:
    return cast(Settings, current_app.extensions["newsletter_settings"])


def links() -> Links:
    return cast(Links, current_app.extensions["newsletter_links"])

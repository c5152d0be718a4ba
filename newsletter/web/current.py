"""What the current application was made with: its settings and links."""

from dataclasses import replace
from typing import cast

from flask import current_app, request

from newsletter.core.links import Links
from newsletter.settings import Settings
from newsletter.subscribers.personal_files import PersonalFiles
from newsletter.subscribers.personal_files import personal_files as files_of


def settings() -> Settings:
    return cast(Settings, current_app.extensions["newsletter_settings"])


def personal_files() -> PersonalFiles:
    """The files from which people are erased."""
    given = settings()
    return files_of(given.data_dir, given.mailbox_dir, given.unsubscribe_dir)


def links() -> Links:
    return cast(Links, current_app.extensions["newsletter_links"])


def local_links() -> Links:
    """Links by path, which our content security policy allows under whatever name we are reached."""
    return replace(links(), public_url=request.script_root)


def public_page() -> str:
    """The URL of this page where the public reaches it."""
    return f"{links().public_url}{request.path}"

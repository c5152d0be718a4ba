"""The language to write to somebody in: their browser's, as long as the pages of the admin are English."""

from flask import request

from newsletter.core import i18n


def mail_language() -> str:
    """The best of our languages for this browser."""
    return request.accept_languages.best_match(i18n.available()) or i18n.SOURCE_LANGUAGE

"""The words of the admin and of the pages to sign in are not translated yet: see babel.cfg."""

from flask import Flask

from newsletter.core import i18n
from newsletter.web import language
from newsletter.web.accounts import csrf
from newsletter.web.errors import in_admin


def init_app(app: Flask) -> None:
    """Have them in one language, whatever the browser would like."""
    app.before_request(_prefer)


def _prefer() -> None:
    if in_admin() or csrf.is_protected():
        language.prefer(i18n.SOURCE_LANGUAGE)

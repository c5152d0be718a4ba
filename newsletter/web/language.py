"""The language of a page: asked for in the URL, else the subscriber's, the publication's or the browser's."""

from flask import Flask, g, request
from flask_babel import Babel, get_locale

from newsletter.core import i18n
from newsletter.core.paths import translations_dir


def init_app(app: Flask) -> None:
    Babel(
        app,
        default_locale=i18n.SOURCE_LANGUAGE,
        default_translation_directories=str(translations_dir()),
        locale_selector=_choose,
    )


def prefer(*locales: str) -> None:
    """Say which languages the page's subject wants (a subscriber's, then a publication's)."""
    g.preferred_languages = [locale for locale in locales if locale]
    from flask_babel import refresh

    refresh()


def current() -> str:
    """The language of this page, as the `lang` attribute wants it."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else i18n.SOURCE_LANGUAGE


def _choose() -> str:
    known = i18n.available()
    asked = request.args.get("lang", "")
    for locale in (asked, *g.get("preferred_languages", [])):
        if i18n.language(locale) in known:
            return i18n.language(locale)
    return request.accept_languages.best_match(known) or i18n.SOURCE_LANGUAGE

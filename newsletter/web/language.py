"""The language of a page: asked for in the URL, else the subscriber's, the publication's or the browser's."""

from functools import lru_cache
from gettext import NullTranslations

from flask import Flask, g, request
from flask_babel import Babel, get_locale, refresh
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

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
    g.pop("catalogue", None)
    refresh()


def current() -> str:
    """The language of this page, as the `lang` attribute wants it."""
    locale = get_locale()
    return str(locale).replace("_", "-") if locale else i18n.SOURCE_LANGUAGE


def catalogue() -> NullTranslations:
    """The translations of this page's words, looked up once for the page: templates ask for each word."""
    if "catalogue" not in g:
        g.catalogue = i18n.translations(current())
    found: NullTranslations = g.catalogue
    return found


def wishes() -> tuple[str, str]:
    """What this request says about languages: what its URL asks for, if we have that, and its browser."""
    asked = i18n.language(request.args.get("lang", ""))
    return asked if asked in i18n.available() else "", of_browser(request.headers.get("Accept-Language", ""))


def _choose() -> str:
    asked, of_browser = wishes()
    preferred = (i18n.language(locale) for locale in g.get("preferred_languages", []))
    return asked or next((locale for locale in preferred if locale in i18n.available()), of_browser)


@lru_cache(maxsize=256)
def of_browser(header: str) -> str:
    """The best of our languages for an Accept-Language (RFC 9110 §12.5.4)."""
    accepted = parse_accept_header(header, LanguageAccept)
    return accepted.best_match(i18n.available()) or i18n.SOURCE_LANGUAGE

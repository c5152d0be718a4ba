"""What every template may use."""

from typing import Any

from flask import Flask

from newsletter.core import i18n
from newsletter.web import assets_manifest, current, language


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Flask-Babel finds out anew for each word which catalogue the page speaks.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        lambda text: language.catalogue().gettext(text),
        lambda one, many, n: language.catalogue().ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals["asset_url"] = assets_manifest.asset_url
    app.context_processor(_for_every_page)


def _for_every_page() -> dict[str, Any]:
    lang = language.current()
    return {
        "lang": lang,
        "dir": i18n.direction(lang),
        "links": current.links(),
        "organisation": current.settings().organisation,
    }

"""The blueprint of all pages about publications, and what they share."""

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.publications.picture import LARGEST_LOGO
from newsletter.web.database import session
from newsletter.web.errors import answer

SET_LOGO = "admin_publications.set_logo"
LARGEST_UPLOAD = LARGEST_LOGO + 100_000  # octets, with the form around the file

blueprint = Blueprint("admin_publications", __name__, url_prefix="/admin")


@blueprint.url_value_preprocessor
def _allow_a_logo(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard looks for the token, which reads the form and with it the file.
    if endpoint == SET_LOGO:
        request.max_content_length = LARGEST_UPLOAD


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> AnyResponse:
    if request.endpoint != SET_LOGO:
        sentence = _("What you typed is too long. Shorten it and try again.")
        return answer(413, sentence, code="too_large")
    megabytes = LARGEST_LOGO // 1_000_000
    flash(_("The logo is larger than %(megabytes)s MB. Make it smaller first.", megabytes=megabytes), "error")
    return redirect(url_for("admin_publications.theme", **(request.view_args or {})), 303)


def load_publication(slug: str) -> Publication:
    """The publication of this page; `Missing` when there is none."""
    return find_publication(session(), slug)


def start_afresh() -> None:
    """Forget what was loaded: after a refusal, the page shows the database and not what was tried."""
    session().rollback()
    g.pop("admin_publications", None)

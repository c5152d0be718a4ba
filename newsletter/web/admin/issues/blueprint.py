"""The blueprint of all pages about issues, and what they share."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import RequestEntityTooLarge

from newsletter.core.errors import DomainError
from newsletter.document.reading import LARGEST
from newsletter.issues.editions.po import LARGEST as LARGEST_CATALOGUE
from newsletter.issues.load import find_issue
from newsletter.issues.models import Issue
from newsletter.media.picture import MOST_OCTETS
from newsletter.web.admin.findings import place_of
from newsletter.web.database import session
from newsletter.web.errors import STATUS, Answer, answer, wants_json

blueprint = Blueprint("admin_issues", __name__, url_prefix="/admin")

ROOM_FOR_WRAPPING = 500_000  # octets of JSON or multipart around what is sent
LARGEST_REQUESTS = {
    "admin_issues.change": LARGEST + ROOM_FOR_WRAPPING,
    "admin_issues.translate": LARGEST + ROOM_FOR_WRAPPING,
    "admin_issues.upload_translations": LARGEST_CATALOGUE + ROOM_FOR_WRAPPING,
    "admin_issues.upload": MOST_OCTETS + ROOM_FOR_WRAPPING,
}


@blueprint.url_value_preprocessor
def _allow_large_requests(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard looks for the token, which reads a form and with it the uploaded file.
    limit = LARGEST_REQUESTS.get(endpoint or "")
    if limit:
        request.max_content_length = limit
        request.max_form_memory_size = limit


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> Answer:
    if request.endpoint == "admin_issues.upload":
        megabytes = MOST_OCTETS // 1_000_000
        sentence = _("The image is larger than %(megabytes)s MB. Make it smaller first.", megabytes=megabytes)
    else:
        sentence = _("This issue is too large. Remove something, then save again.")
    return answer(413, sentence, code="too_large")


@blueprint.errorhandler(CSRFError)
def _old_token(_error: CSRFError) -> Answer:
    # 403 tells the editor's script to fetch a new token and save again: somebody signed in meanwhile.
    sentence = _("You signed in or out after opening this page. Reload it, then try again.")
    return answer(403 if wants_json() else 400, sentence, code="csrf")


@blueprint.context_processor
def _places() -> dict[str, Any]:
    return {"place_of": place_of}


def load_issue(issue_id: int) -> Issue:
    """The issue of this page; `Missing` when there is none."""
    return find_issue(session(), issue_id)


def refusal(error: DomainError) -> Response:
    """A refusal for the editor's script, whatever it said it accepts; nothing of the request is kept."""
    session().rollback()
    body = jsonify(error=error.code, message=error.message, fields=error.fields)
    return make_response(body, STATUS[error.decision])

"""Errors as answers: each decision of a domain error has one HTTP status, for every page and for scripts."""

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from newsletter.core.errors import Decision, DomainError
from newsletter.web.database import session

Answer = Response

STATUS: dict[Decision, int] = {
    Decision.REFUSE: 400,
    Decision.MISSING: 404,
    Decision.CONFLICT: 409,
    Decision.LIMITED: 429,
    Decision.RETRY: 503,
    Decision.OPERATOR: 503,
}
ADMIN = "/admin"
PUBLIC_PAGE = "public/error.html"
ADMIN_PAGE = "admin/error.html"  # in the frame of the admin


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def in_admin() -> bool:
    """Whether the request is for a page below `/admin`, be there such a page or not."""
    return request.path == ADMIN or request.path.startswith(f"{ADMIN}/")


def wants_json() -> bool:
    """Whether the request asks for JSON rather than for a page."""
    kinds = ("text/html", "application/json")
    return request.accept_mimetypes.best_match(kinds) == "application/json"


def answer(
    status: int,
    sentence: str = "",
    *,
    code: str = "",
    fields: dict[str, str] | None = None,
    template: str | None = None,
) -> Answer:
    """An error as a page or, for scripts, as {"error": code, "message": sentence, "fields": {…}}."""
    if wants_json():
        body = jsonify(error=code or f"http_{status}", message=sentence, fields=fields or {})
        return make_response(body, status)
    chosen = template or (ADMIN_PAGE if in_admin() else PUBLIC_PAGE)
    return make_response(render_template(chosen, status=status, sentence=sentence), status)


def _domain_error(error: DomainError) -> Answer:
    session().rollback()
    return answer(STATUS[error.decision], error.message, code=error.code, fields=error.fields)


def _http_error(error: HTTPException) -> Answer:
    return answer(error.code or 500)


def _database_error(error: OperationalError) -> Answer:
    current_app.logger.error("the database does not answer: %s", error.orig)
    sentence = _("Our database does not answer at the moment. Please try again in a minute.")
    # Not in the frame of the admin: that would ask the database again.
    return answer(503, sentence, code="database", template=PUBLIC_PAGE)


def _unexpected(error: Exception) -> Answer:
    current_app.logger.exception("unexpected error", exc_info=error)
    return answer(500, code="unexpected", template=PUBLIC_PAGE)

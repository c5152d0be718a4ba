"""Errors as answers: each decision of a domain error has one HTTP status, for every page and for scripts."""

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException, InternalServerError

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
DATABASE_DOES_NOT_ANSWER = (OperationalError, InterfaceError, NoConnectionFree)
RETRY_AFTER_SECONDS = 60
ADMIN = "/admin"
PUBLIC_PAGE = "public/error.html"
ADMIN_PAGE = "admin/error.html"  # in the frame of the admin


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    for away in DATABASE_DOES_NOT_ANSWER:
        app.register_error_handler(away, database_error)
    app.register_error_handler(Exception, _unexpected)


def in_admin() -> bool:
    """Whether the answer is a page below `/admin`, in its frame, be there such a page or not.

    While the database is away it is not: the frame says who is signed in.
    """
    if g.get("database_is_away"):
        return False
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
    # Of a page that says what went wrong, and asks the database for it.
    behind = error.original_exception if isinstance(error, InternalServerError) else None
    if isinstance(behind, DATABASE_DOES_NOT_ANSWER):
        return database_error(behind)
    return answer(error.code or 500)


def database_error(error: DBAPIError | NoConnectionFree) -> Answer:
    """The answer while the database is away, restarts or is locked."""
    g.database_is_away = True
    said = error.orig if isinstance(error, DBAPIError) else error
    current_app.logger.error("the database does not answer: %s", said)
    sentence = _("Our database is not responding. Please try again in a minute.")
    response = answer(503, sentence, code="database")
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _unexpected(error: Exception) -> Answer:
    current_app.logger.exception("unexpected error", exc_info=error)
    return answer(500, code="unexpected", template=PUBLIC_PAGE)

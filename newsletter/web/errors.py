"""Errors as answers: each decision of a domain error has one HTTP status, for every page."""

from flask import Flask, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from newsletter.core.errors import Decision, DomainError
from newsletter.web.database import session

STATUS: dict[Decision, int] = {
    Decision.REFUSE: 400,
    Decision.MISSING: 404,
    Decision.CONFLICT: 409,
    Decision.LIMITED: 429,
    Decision.RETRY: 503,
    Decision.OPERATOR: 503,
}


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, sentence: str) -> tuple[str, int]:
    return render_template("public/error.html", status=status, sentence=sentence), status


def _domain_error(error: DomainError) -> tuple[str, int]:
    session().rollback()
    return _page(STATUS[error.decision], error.message)


def _http_error(error: HTTPException) -> tuple[str, int]:
    return _page(error.code or 500, "")


def _database_error(error: OperationalError) -> tuple[str, int]:
    from flask import current_app

    current_app.logger.error("the database does not answer: %s", error.orig)
    return _page(503, _("Our database does not answer at the moment. Please try again in a minute."))


def _unexpected(error: Exception) -> tuple[str, int]:
    from flask import current_app

    current_app.logger.exception("unexpected error", exc_info=error)
    return _page(500, "")

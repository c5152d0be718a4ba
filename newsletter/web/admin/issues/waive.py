"""`/admin/issues/<id>/waive`: let a warning stay, with a reason, and take that back."""

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.preflight.waive import unwaive, waive
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.send import page_to_send
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.post("/issues/<int:issue_id>/waive")
@allow(Permission.EDIT_ISSUES)
def waive_warning(issue_id: int) -> AnyResponse:
    """Waive one finding of the review; what was typed stays in the form when it cannot be."""
    load_issue(issue_id)
    typed = {name: request.form.get(name, "")[:2_000] for name in ("rule", "path", "key", "state", "reason")}
    try:
        waive(
            session(),
            issue_id,
            typed["rule"],
            typed["path"],
            reason=typed["reason"],
            links=links(),
            actor=current_actor(),
            state=typed["state"],
            key=typed["key"],
        )
    except DomainError as error:
        return _refused(issue_id, error, typed)
    session().commit()
    flash(_("The warning was waived. It returns if that place is edited."), "success")
    return redirect(url_for(".check", issue_id=issue_id, _anchor="ready"), 303)


@blueprint.post("/issues/<int:issue_id>/waivers/<int:waiver_id>/undo")
@allow(Permission.EDIT_ISSUES)
def undo_waiver(issue_id: int, waiver_id: int) -> AnyResponse:
    """Let the warning stand again."""
    load_issue(issue_id)
    try:
        unwaive(session(), issue_id, waiver_id, actor=current_actor())
    except DomainError as error:
        return _refused(issue_id, error, {})
    session().commit()
    flash(_("The warning is shown again."), "success")
    return redirect(url_for(".check", issue_id=issue_id, _anchor="ready"), 303)


def _refused(issue_id: int, error: DomainError, typed: dict[str, str]) -> AnyResponse:
    session().rollback()
    problem: dict[str, Any] = {"waive_typed": typed, "waive_problem": error.message}
    return make_response(page_to_send(load_issue(issue_id), **problem), STATUS[error.decision])

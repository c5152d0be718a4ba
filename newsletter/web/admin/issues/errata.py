"""`/admin/issues/<id>/errata`: what the editor of a draft does with the corrections of earlier issues."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.corrections.erratum import dismiss_erratum, insert_erratum
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.paging import read_id
from newsletter.web.current import links
from newsletter.web.database import session

DISMISS = "dismiss"


@blueprint.post("/issues/<int:issue_id>/errata")
@allow(Permission.EDIT_ISSUES)
def erratum(issue_id: int) -> AnyResponse:
    """Add the erratum of a correction to the draft, or dismiss it; back to the editor."""
    load_issue(issue_id)
    correction_id = read_id(request.form.get("correction", ""))
    try:
        if request.form.get("do") == DISMISS:
            dismiss_erratum(session(), correction_id, actor=current_actor())
            said = _("The correction will not be offered again.")
        else:
            insert_erratum(session(), issue_id, correction_id, links(), actor=current_actor())
            said = _("The correction was added at the end of the issue.")
    except DomainError as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
        flash(said, "success")
    return redirect(url_for(".edit", issue_id=issue_id), 303)

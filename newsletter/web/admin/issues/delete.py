"""`/admin/issues/<id>/delete`: a draft that nobody needs any more."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Missing
from newsletter.corrections.erratum import release_errata
from newsletter.curation.discard import release_entries
from newsletter.issues.delete import delete_draft, may_be_deleted
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.database import session


@blueprint.get("/issues/<int:issue_id>/delete")
@allow(Permission.EDIT_ISSUES)
def delete_page(issue_id: int) -> str:
    """Ask first."""
    issue = load_issue(issue_id)
    return render_template(
        "admin/issues/delete.html",
        issue=issue,
        publication=issue.publication,
        allowed=may_be_deleted(session(), issue),
    )


@blueprint.post("/issues/<int:issue_id>/delete")
@allow(Permission.EDIT_ISSUES)
def delete(issue_id: int) -> AnyResponse:
    """Delete it. A second press finds nothing, and that is what was wanted."""
    try:
        slug = load_issue(issue_id).publication.slug
        release_entries(session(), issue_id)
        release_errata(session(), issue_id)
        issue = delete_draft(session(), issue_id, actor=current_actor())
    except Missing:
        session().rollback()
        return redirect(url_for("admin_home.show"), 303)
    session().commit()
    flash(_("“%(title)s” was deleted.", title=issue.title), "success")
    return redirect(url_for(".issues", slug=slug), 303)

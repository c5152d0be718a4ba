"""`/admin/issues/<id>/archive`: an issue's tags, its page in the archive, and sign-ups from there."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.issues.models import TAG_LENGTH, Issue
from newsletter.issues.tags import MOST_TAGS, set_tags
from newsletter.subscribers.issue_sign_ups import count_issue_sign_ups
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LONGEST = MOST_TAGS * (TAG_LENGTH + 2)


@blueprint.get("/issues/<int:issue_id>/archive")
@allow(Permission.VIEW)
def archive(issue_id: int) -> str:
    """What readers of the archive find of the issue."""
    return _page(issue_id)


@blueprint.post("/issues/<int:issue_id>/archive")
@allow(Permission.EDIT_ISSUES)
def tag(issue_id: int) -> AnyResponse:
    """Set the tags; what cannot be used stays in the form."""
    load_issue(issue_id)
    typed = request.form.get("tags", "")[: 2 * LONGEST]
    try:
        set_tags(session(), issue_id, typed, actor=current_actor())
    except Refused as error:
        session().rollback()
        return make_response(_page(issue_id, typed, error.message), STATUS[error.decision])
    session().commit()
    flash(_("The tags were saved."), "success")
    return redirect(url_for(".archive", issue_id=issue_id), 303)


def _picture_url(issue: Issue) -> str:
    """By path, which our content security policy allows; empty while there is no page."""
    if issue.published_revision is None:
        return ""
    return url_for("og_image.show", slug=issue.publication.slug, issue_slug=issue.slug)


def _page(issue_id: int, typed: str | None = None, problem: str = "") -> str:
    issue = load_issue(issue_id)
    slug = issue.publication.slug
    return render_template(
        "admin/issues/archive.html",
        issue=issue,
        publication=issue.publication,
        typed=", ".join(row.tag for row in issue.tags) if typed is None else typed,
        problem=problem,
        longest=LONGEST,
        page_url=links().issue(slug, issue.slug) if issue.published_revision else "",
        picture_url=_picture_url(issue),
        sign_ups=count_issue_sign_ups(session(), issue.id),
    )

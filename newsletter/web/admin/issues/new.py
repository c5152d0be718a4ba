"""`/admin/p/<publication>/issues/new`: begin an issue, empty or from the last one's skeleton."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.issues.create import create_issue, last_issue
from newsletter.issues.models import Issue
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint
from newsletter.web.database import session
from newsletter.web.errors import STATUS

SKELETON = "skeleton"
EMPTY = "empty"


@blueprint.get("/p/<slug>/issues/new")
@allow(Permission.EDIT_ISSUES)
def new(slug: str) -> str:
    """Ask for a title and how to begin."""
    publication = find_publication(session(), slug)
    return _form(publication, _proposed_title(publication), SKELETON, {})


@blueprint.post("/p/<slug>/issues/new")
@allow(Permission.EDIT_ISSUES)
def create(slug: str) -> AnyResponse:
    """Make the draft and open it."""
    publication = find_publication(session(), slug)
    title = request.form.get("title", "")
    begin = request.form.get("begin", EMPTY)
    try:
        issue = create_issue(
            session(), publication, title, from_last=begin == SKELETON, actor=current_actor()
        )
    except DomainError as error:
        session().rollback()
        problems = error.fields or {"title": error.message}
        page = _form(find_publication(session(), slug), title[:1_000], begin, problems)
        return make_response(page, STATUS[error.decision])
    session().commit()
    return redirect(url_for(".edit", issue_id=issue.id), 303)


def _form(publication: Publication, title: str, begin: str, problems: dict[str, str]) -> str:
    last = last_issue(session(), publication)
    return render_template(
        "admin/issues/new.html",
        publication=publication,
        last=last,
        title_typed=title,
        begin=begin if last else EMPTY,
        problem=problems.get("title") or next(iter(problems.values()), None),
    )


def _proposed_title(publication: Publication) -> str:
    count = select(func.count()).select_from(Issue).where(Issue.publication_id == publication.id)
    number = (session().scalar(count) or 0) + 1
    return str(_("%(publication)s %(number)s", publication=publication.name, number=number))

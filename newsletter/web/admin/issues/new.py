"""`/admin/p/<publication>/issues/new`: begin an issue, empty or from the skeleton of an earlier one."""

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.issues.create import create_issue, examples, next_number
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
    """Ask for a title and how to begin; `like` proposes the issue with that id."""
    publication = find_publication(session(), slug)
    return _form(publication, _proposed_title(publication), SKELETON, request.args.get("like", ""), {})


@blueprint.post("/p/<slug>/issues/new")
@allow(Permission.EDIT_ISSUES)
def create(slug: str) -> AnyResponse:
    """Make the draft and open it."""
    publication = find_publication(session(), slug)
    title = request.form.get("title", "")
    begin = request.form.get("begin", EMPTY)
    like = request.form.get("like", "")
    example = _chosen(examples(session(), publication), like) if begin == SKELETON else None
    try:
        issue = create_issue(session(), publication, title, like=example, actor=current_actor())
    except DomainError as error:
        session().rollback()
        problems = error.fields or {"title": error.message}
        page = _form(find_publication(session(), slug), title[:1_000], begin, like, problems)
        return make_response(page, STATUS[error.decision])
    session().commit()
    return redirect(url_for(".edit", issue_id=issue.id), 303)


def _form(publication: Publication, title: str, begin: str, like: str, problems: dict[str, str]) -> str:
    earlier = examples(session(), publication)
    return render_template(
        "admin/issues/new.html",
        publication=publication,
        earlier=earlier,
        example=_chosen(earlier, like),
        title_typed=title,
        begin=begin if earlier else EMPTY,
        problem=problems.get("title") or next(iter(problems.values()), None),
    )


def _chosen(earlier: list[Issue], like: str) -> Issue | None:
    """The issue whose id is `like`, else the last that was sent, else the newest."""
    named = (issue for issue in earlier if str(issue.id) == like)
    return next(named, earlier[0] if earlier else None)


def _proposed_title(publication: Publication) -> str:
    number = next_number(session(), publication)
    return str(_("%(publication)s %(number)s", publication=publication.name, number=number))

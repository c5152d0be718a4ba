"""`/admin/issues/<id>/links`: where the links of a sent issue lead, and the way to mend one."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.corrections.mend_link import mend_link
from newsletter.corrections.sent_links import list_sent_links, was_sent
from newsletter.issues.models import Issue
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LONGEST = 2_000
ENCODED = 12  # times as long is a link with its characters percent-encoded, at most


@blueprint.get("/issues/<int:issue_id>/links")
@allow(Permission.VIEW)
def sent_links(issue_id: int) -> str:
    """The links that can be mended, or why none can."""
    return _page(load_issue(issue_id))


@blueprint.post("/issues/<int:issue_id>/links")
@allow(Permission.SEND)
def mend(issue_id: int) -> AnyResponse:
    """Change where one leads; what cannot be used stays in its field."""
    load_issue(issue_id)
    typed = {name: request.form.get(name, "")[: ENCODED * LONGEST] for name in ("url", "shown", "new_url")}
    try:
        mended = mend_link(
            session(),
            issue_id,
            typed["url"],
            typed["new_url"],
            links(),
            actor=current_actor(),
            shown=typed["shown"],
        )
    except DomainError as error:
        session().rollback()
        page = _page(load_issue(issue_id), typed=typed, problem=error.message)
        return make_response(page, STATUS[error.decision])
    session().commit()
    if mended.changed:
        flash(_("The link now leads to %(url)s.", url=mended.new_target), "success")
    return redirect(url_for(".sent_links", issue_id=issue_id), 303)


def _page(issue: Issue, *, typed: dict[str, str] | None = None, problem: str = "") -> str:
    listed = list_sent_links(session(), issue)
    typed = typed or {}
    return render_template(
        "admin/issues/links.html",
        issue=issue,
        publication=issue.publication,
        listed=listed,
        is_sent=was_sent(session(), issue),
        typed=typed,
        # Of a link that is not listed, the problem stands above all of them.
        problem=problem,
        in_place=any(link.url == typed.get("url") for link in listed),
        longest=LONGEST,
    )

"""`/admin/issues/<id>/approval`: ask for a review of an issue, read it, and approve it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.approval.approve import NOTE_LENGTH, approve, is_own_edit
from newsletter.approval.demand import lacks_approval
from newsletter.approval.models import Approval
from newsletter.approval.request_review import request_review, requests_of
from newsletter.approval.required import approvals_of, last_approval, text_to_approve
from newsletter.core.errors import DomainError
from newsletter.issues.edit import state_of
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/issues/<int:issue_id>/approval")
@allow(Permission.VIEW)
def approval(issue_id: int) -> str:
    """Whether the text is approved, by whom, and the text itself."""
    return _page(load_issue(issue_id))


@blueprint.post("/issues/<int:issue_id>/approval/request")
@allow(Permission.EDIT_ISSUES)
def request_approval(issue_id: int) -> AnyResponse:
    """Mail the team that the issue waits for a review; pressed twice, they get one mail."""
    load_issue(issue_id)
    requested = request_review(session(), issue_id, actor=current_actor())
    session().commit()
    if requested.told:
        people = len(requested.told)
        sentence = ngettext(
            "%(num)s person was asked to review this issue.",
            "%(num)s people were asked to review this issue.",
            people,
        )
        flash(sentence, "success")
    else:
        flash(_("Nobody new was asked: there is nobody else, or you have asked already."), "info")
    return redirect(url_for(".approval", issue_id=issue_id), 303)


@blueprint.post("/issues/<int:issue_id>/approval")
@allow(Permission.SEND)
def approve_issue(issue_id: int) -> AnyResponse:
    """Approve the state that the page showed; 409 when somebody has edited it since."""
    load_issue(issue_id)
    note = request.form.get("note", "")[:20_000]
    try:
        approve(session(), issue_id, request.form.get("state", "")[:40], actor=current_actor(), note=note)
    except DomainError as error:
        session().rollback()
        page = _page(load_issue(issue_id), note=note, problem=error.message, fields=error.fields)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("You approved the issue."), "success")
    return redirect(url_for(".approval", issue_id=issue_id), 303)


def _page(issue: Issue, *, note: str = "", problem: str = "", fields: dict[str, str] | None = None) -> str:
    revision = text_to_approve(session(), issue)
    mailing = current_mailing(session(), issue.id)
    approvals = approvals_of(session(), revision)
    return render_template(
        "admin/issues/approval.html",
        issue=issue,
        publication=issue.publication,
        revision=revision,
        state=state_of(revision),
        approvals=approvals,
        requests=requests_of(session(), revision),
        **earlier_approval(issue, revision, approvals),
        missing=lacks_approval(session(), revision, issue.publication),
        is_over=mailing is not None and mailing.state is not MailingState.SCHEDULED,
        held=mailing if mailing is not None and _is_held(mailing) else None,
        note=note,
        problem=problem,
        problems=fields or {},
        longest_note=NOTE_LENGTH,
        **_own(issue, revision),
    )


def earlier_approval(issue: Issue, revision: Revision, approvals: Sequence[Approval]) -> dict[str, Any]:
    """The last approval, of another state than now, and the page that shows what has changed since.

    Without one, and where `approvals` of the state of now are there, both are empty.
    """
    earlier = None if approvals else last_approval(session(), issue)
    approved = session().get(Revision, earlier.revision_id) if earlier else None
    url = ""
    # What was approved and then amended within its revision is not kept.
    if earlier and approved and approved.id != revision.id and approved.edits == earlier.edits:
        between: dict[str, Any] = {"from": approved.number, "to": revision.number}
        url = url_for(".compare", issue_id=issue.id, **between)
    return {"earlier": earlier, "changes_url": url}


def _own(issue: Issue, revision: Revision) -> dict[str, Any]:
    """What the person who looks at the page has done, or may not do."""
    actor = current_actor()
    return {
        "own_edit": is_own_edit(issue, revision, actor),
        "approved_it": any(each.approved_by == actor for each in approvals_of(session(), revision)),
    }


def _is_held(mailing: Mailing) -> bool:
    return mailing.state is MailingState.SCHEDULED and mailing.control is Control.PAUSE

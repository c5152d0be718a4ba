"""`/admin/issues/<id>/history`: every revision of an issue, what it is called, and the way back to it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.approval.required import approvals_of, text_to_approve
from newsletter.core.errors import Refused
from newsletter.corrections.correct_page import list_corrections
from newsletter.issues.diff.words import shorten
from newsletter.issues.edit import Locked, state_of
from newsletter.issues.last_seen import last_seen_revision, note_seen
from newsletter.issues.load import find_revision
from newsletter.issues.models import NAME_LENGTH, Issue
from newsletter.issues.name_revision import name_revision
from newsletter.issues.restore import restore_revision
from newsletter.issues.revisions import compare_revisions, list_revisions
from newsletter.mailings.current import current_mailing
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.approval import earlier_approval
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.admin.paging import asked_id, asked_page
from newsletter.web.admin.words.document import CHANGES, block_label, field_label, field_value
from newsletter.web.admin.words.issues import STAGES
from newsletter.web.database import session

SEEN = "seen"  # as the older revision: what this person saw last


@blueprint.get("/issues/<int:issue_id>/history")
@allow(Permission.VIEW)
def history(issue_id: int) -> str:
    """The revisions, newest first."""
    issue = load_issue(issue_id)
    listing = list_revisions(session(), issue, page=asked_page())
    seen = last_seen_revision(session(), issue, current_actor())
    text = text_to_approve(session(), issue)
    return render_template(
        "admin/issues/history.html",
        **_frame(issue),
        listing=listing,
        stages=STAGES,
        corrections={each.revision for each in list_corrections(session(), issue)},
        since=seen if seen is not None and seen < issue.latest_revision else None,
        **earlier_approval(issue, text, approvals_of(session(), text)),
        locked=current_mailing(session(), issue.id) is not None,
        longest_name=NAME_LENGTH,
        before=max(1, issue.latest_revision - 1),
        after=issue.latest_revision,
        page_url=lambda page: url_for(".history", issue_id=issue.id, page=page),
    )


@blueprint.get("/issues/<int:issue_id>/history/compare")
@allow(Permission.VIEW)
def compare(issue_id: int) -> str:
    """What differs between two revisions: any two, or the newest and what this person saw last."""
    issue = load_issue(issue_id)
    after = asked_id("to") or issue.latest_revision
    before = asked_id("from") or max(1, after - 1)
    since_seen = request.args.get("from") == SEEN
    if since_seen:
        before = last_seen_revision(session(), issue, current_actor()) or 1
    revision = find_revision(session(), issue, after)
    return render_template(
        "admin/issues/compare.html",
        **_frame(issue),
        **_difference(issue, before, after),
        newer=revision,
        before=before,
        after=after,
        since_seen=since_seen,
        state=state_of(revision),
        # Only what is there now can be opened in the editor.
        edit_url=url_for(".edit", issue_id=issue.id) if after == issue.latest_revision else "",
    )


@blueprint.post("/issues/<int:issue_id>/history/seen")
@allow(Permission.VIEW)
def seen(issue_id: int) -> AnyResponse:
    """Note that this person has read what changed, up to the state that their page showed."""
    issue = load_issue(issue_id)
    note_seen(session(), issue, request.form.get("state", "")[:40], current_actor(), read=True)
    session().commit()
    return redirect(url_for(".history", issue_id=issue_id), 303)


@blueprint.post("/issues/<int:issue_id>/history/<int:number>/name")
@allow(Permission.EDIT_ISSUES)
def name(issue_id: int, number: int) -> AnyResponse:
    """Name a revision, or take its name away."""
    load_issue(issue_id)
    try:
        revision = name_revision(
            session(), issue_id, number, request.form.get("name", "")[:1_000], actor=current_actor()
        )
    except Refused as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
        flash(_("The name was saved.") if revision.name else _("The name was removed."), "success")
    return redirect(url_for(".history", issue_id=issue_id), 303)


@blueprint.get("/issues/<int:issue_id>/history/<int:number>/restore")
@allow(Permission.EDIT_ISSUES)
def restore_page(issue_id: int, number: int) -> str:
    """Ask first, and show what would be different."""
    issue = load_issue(issue_id)
    return render_template(
        "admin/issues/restore.html",
        **_frame(issue),
        **_difference(issue, issue.latest_revision, number),
        revision=find_revision(session(), issue, number),
        locked=locked_sentence(current_mailing(session(), issue.id)),
        edit_url="",
    )


@blueprint.post("/issues/<int:issue_id>/history/<int:number>/restore")
@allow(Permission.EDIT_ISSUES)
def restore(issue_id: int, number: int) -> AnyResponse:
    """Make it the newest revision. A second press finds that it is."""
    load_issue(issue_id)
    try:
        saved = restore_revision(session(), issue_id, number, actor=current_actor())
    except Locked as error:
        sentence = locked_sentence(error.mailing)
        session().rollback()
        flash(sentence, "error")
    else:
        session().commit()
        if saved.changed:
            new = saved.revision.number
            flash(_("Revision %(old)s was restored as revision %(new)s.", old=number, new=new), "success")
        else:
            flash(_("The issue is already the same as revision %(old)s.", old=number), "info")
    return redirect(url_for(".history", issue_id=issue_id), 303)


def _frame(issue: Issue) -> dict[str, Any]:
    return {
        "issue": issue,
        "publication": issue.publication,
        "revisions": list_revisions(session(), issue, size=None).rows,
    }


def _difference(issue: Issue, before: int, after: int) -> dict[str, Any]:
    return {
        "difference": compare_revisions(session(), issue, before, after),
        "changes": CHANGES,
        "block_label": block_label,
        "field_label": field_label,
        "field_value": field_value,
        "shorten": shorten,
    }

"""`/admin/issues/<id>/correct`: put the web page of a sent issue right, text by text, with a note."""

from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, DomainError
from newsletter.corrections.correct_page import (
    NOTE_LENGTH,
    PageChanged,
    correct_page,
    list_corrections,
    published_revision,
)
from newsletter.corrections.mail import begin_correction_mail
from newsletter.corrections.page_texts import changed_texts, page_texts, with_texts
from newsletter.corrections.sent_links import was_sent
from newsletter.document import Document
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.paging import read_id
from newsletter.web.admin.words.document import block_label, field_label
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LONGEST = 20_000


@blueprint.get("/issues/<int:issue_id>/correct")
@allow(Permission.VIEW)
def correct_form(issue_id: int) -> str:
    """The texts of the page as it is now, and what was corrected before."""
    return _form(load_issue(issue_id), {})


@blueprint.post("/issues/<int:issue_id>/correct")
@allow(Permission.SEND)
def correct(issue_id: int) -> AnyResponse:
    """Publish the correction; whatever cannot be used stays in the form."""
    issue = load_issue(issue_id)
    typed = {path: value[: 2 * LONGEST] for path, value in request.form.items()}
    changed: Mapping[str, str] = {}
    try:
        base = _base(issue)
        changed = changed_texts(base, typed)
        correct_page(
            session(),
            issue_id,
            with_texts(base, changed),
            typed.get("note", ""),
            links(),
            actor=current_actor(),
            shown=_shown(),
        )
    except DomainError as error:
        session().rollback()
        page = _form(load_issue(issue_id), changed, note=typed.get("note", ""), error=error)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("The web page was corrected."), "success")
    return redirect(url_for(".correct_form", issue_id=issue_id), 303)


@blueprint.post("/issues/<int:issue_id>/correction-mail")
@allow(Permission.SEND)
def correction_mail(issue_id: int) -> AnyResponse:
    """Begin a mail to those who got the issue, or find the one that was begun, and open it."""
    try:
        draft = begin_correction_mail(session(), issue_id, links(), actor=current_actor())
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".correct_form", issue_id=issue_id), 303)
    session().commit()
    return redirect(url_for(".edit", issue_id=draft.id), 303)


def _base(issue: Issue) -> Document:
    """What the form showed: only what was changed in it is a correction of this person."""
    if not 0 < _shown() <= issue.latest_revision:
        raise PageChanged
    return load_document(find_revision(session(), issue, _shown()))


def _shown() -> int:
    """The number of the revision that the form was made from."""
    return read_id(request.form.get("shown", ""))


def _form(
    issue: Issue, changed: Mapping[str, str], *, note: str = "", error: DomainError | None = None
) -> str:
    page = "admin/issues/correct.html"
    frame = {"issue": issue, "publication": issue.publication}
    if issue.published_revision is None:
        return render_template(page, **frame, texts=[], earlier=[])
    revision = published_revision(session(), issue)
    document = load_document(revision)
    problems = error.fields if error else {}
    return render_template(
        page,
        **frame,
        document=document,
        shown=revision.number,
        texts=page_texts(document),
        typed=changed,
        note=note,
        problems=problems,
        problem=error.message if error and not set(problems) & {*changed, "note"} else "",
        is_sent=was_sent(session(), issue),
        is_stale=isinstance(error, PageChanged),
        earlier=list_corrections(session(), issue),
        longest_note=NOTE_LENGTH,
        block_label=block_label,
        field_label=field_label,
        page_url=links().issue(issue.publication.slug, issue.slug),
    )

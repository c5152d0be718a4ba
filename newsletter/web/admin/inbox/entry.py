"""`/admin/inbox/<id>`: one entry, everything that is known about it, and what can be done."""

from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.text import without_nul
from newsletter.curation.edit import EDITABLE, edit_entry, fill_from_text
from newsletter.curation.find import find_entry
from newsletter.curation.models import Entry
from newsletter.curation.retry import retry_entry
from newsletter.curation.seen import seen_elsewhere
from newsletter.curation.targets import list_targets
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.inbox.blueprint import ONE, blueprint
from newsletter.web.admin.paging import read_id
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get(ONE)
@allow(Permission.VIEW)
def show(entry_id: int) -> str:
    """Its fields in a form, the text of its page beside them."""
    entry = find_entry(session(), entry_id)
    return render_template("admin/inbox/entry.html", **_page_of(entry, _values(entry)))


@blueprint.post(ONE)
@allow(Permission.EDIT_ISSUES)
def change(entry_id: int) -> AnyResponse:
    """Keep what was typed; what was changed is not overwritten by a page any more."""
    typed = {name: without_nul(request.form[name]) for name in EDITABLE if name in request.form}
    try:
        entry = edit_entry(session(), entry_id, typed, edits=read_id(request.form.get("edits", "")))
    except DomainError as error:
        session().rollback()
        return _again(entry_id, typed, error)
    session().commit()
    flash(_("The entry is saved."), "success")
    return redirect(url_for(".show", entry_id=entry.id), 303)


@blueprint.post(f"{ONE}/retry")
@allow(Permission.EDIT_ISSUES)
def retry(entry_id: int) -> AnyResponse:
    """Fetch the page again."""
    try:
        retry_entry(session(), entry_id)
        session().commit()
    except DomainError as error:
        session().rollback()
        flash(error.message, "error")
    return redirect(url_for(".show", entry_id=entry_id), 303)


@blueprint.post(f"{ONE}/text")
@allow(Permission.EDIT_ISSUES)
def paste_text(entry_id: int) -> AnyResponse:
    """Take the fields from the text of the page, which an editor copied."""
    text = without_nul(request.form.get("text", ""))
    try:
        fill_from_text(session(), entry_id, text)
    except DomainError as error:
        session().rollback()
        return _again(entry_id, {}, error)
    session().commit()
    flash(_("The fields were filled in from the text. Check them."), "success")
    return redirect(url_for(".show", entry_id=entry_id), 303)


def _again(entry_id: int, typed: Mapping[str, str], error: DomainError) -> AnyResponse:
    """The page with what was typed, and what is wrong with it."""
    entry = find_entry(session(), entry_id)
    session().refresh(entry)
    shown = _page_of(entry, _values(entry) | dict(typed), problems=error.fields, problem=error.message)
    return make_response(render_template("admin/inbox/entry.html", **shown), STATUS[error.decision])


def _page_of(entry: Entry, values: dict[str, str], **more: Any) -> dict[str, Any]:
    publication = session().get(Publication, entry.publication_id)
    assert publication is not None  # noqa: S101 - a foreign key
    return {
        "entry": entry,
        "values": values,
        "publication": publication,
        "seen": seen_elsewhere(session(), [entry])[entry.id],
        "targets": list_targets(session(), publication),
        "problems": {},
        "problem": "",
    } | more


def _values(entry: Entry) -> dict[str, str]:
    tags = ", ".join(row.tag for row in entry.tags)
    return {name: getattr(entry, name) for name in EDITABLE if name != "tags"} | {"tags": tags}

"""The page of an upload that is not confirmed: what would happen, and the buttons to import or delete it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.confirm import confirm_import, take_back_upload
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.imports.preview import Preview, preview_import
from newsletter.subscribers.imports.upload import source_of
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.imports import column_facts, preview_terms
from newsletter.web.current import settings
from newsletter.web.database import session

THIS = f"{LIST}/imports/<int:import_id>"
MOST_ROWS = 20_000  # looked at for the page, which takes a second or two
SHOWN_PROBLEMS = 50


def preview_page(publication: Publication, upload: SubscriberImport) -> str:
    """What would happen if it was confirmed now. Nothing is changed."""
    facts: dict[str, Any] = {"publication": publication, "upload": upload, "problem": ""}
    try:
        facts |= _facts(_preview(publication.id, upload))
    except Refused as error:  # the file is not what it was
        facts["problem"] = error.message
    return render_template("admin/subscribers/preview.html", **facts)


@blueprint.post(f"{THIS}/confirm")
@allow(Permission.MANAGE_SUBSCRIBERS)
def confirm(slug: str, import_id: int) -> AnyResponse:
    """Import it. Pressed twice, or by two editors, it is imported once."""
    publication = find_publication(session(), slug)
    try:
        _row, is_new = confirm_import(session(), publication.id, import_id, actor=current_actor())
    except Missing as error:
        return _gone(slug, error)
    session().commit()
    if is_new:
        flash(_("The file is being read. You can leave this page."), "success")
    else:
        flash(_("This import was already confirmed; nothing is imported twice."), "info")
    return redirect(url_for(".progress", slug=slug, import_id=import_id), 303)


@blueprint.post(f"{THIS}/discard")
@allow(Permission.MANAGE_SUBSCRIBERS)
def discard(slug: str, import_id: int) -> AnyResponse:
    """Forget the upload, unless somebody has confirmed it."""
    publication = find_publication(session(), slug)
    try:
        file = take_back_upload(session(), publication.id, import_id)
    except Missing as error:
        return _gone(slug, error)
    except Conflict:
        session().rollback()
        flash(_("Someone has confirmed this import in the meantime."), "warning")
        return redirect(url_for(".progress", slug=slug, import_id=import_id), 303)
    session().commit()
    ImportFiles(settings().data_dir).discard(file)
    flash(_("The upload is deleted. Nobody was added."), "success")
    return redirect(url_for(".ask_upload", slug=slug), 303)


def _preview(publication_id: int, upload: SubscriberImport) -> Preview:
    source = source_of(session(), upload, ImportFiles(settings().data_dir))
    session().rollback()  # the database waits for nobody's disk
    return preview_import(session(), publication_id, source, at_most=MOST_ROWS)


def _facts(preview: Preview) -> dict[str, Any]:
    result = preview.result
    return {
        "terms": preview_terms(result),
        "columns": column_facts(preview.columns),
        "ignored": preview.columns.ignored,
        "new": result.imported,
        "problems": result.errors[:SHOWN_PROBLEMS],
        "invalid": len(result.errors),
        "looked_at": None if preview.complete else MOST_ROWS,
    }


def _gone(slug: str, error: Missing) -> AnyResponse:
    """Back to the form, for whoever came by the Back button or after somebody else."""
    session().rollback()
    flash(error.message, "warning")
    return redirect(url_for(".ask_upload", slug=slug), 303)

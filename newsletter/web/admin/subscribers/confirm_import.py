"""The page of an upload that is not confirmed: what would happen, and the buttons to import or delete it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.choose import choose
from newsletter.subscribers.imports.confirm import confirm_import, take_back_upload
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.imports.plan import DataRule, Kind
from newsletter.subscribers.imports.preview import Preview, preview_import
from newsletter.subscribers.imports.spreadsheet import MOST_COLUMNS
from newsletter.subscribers.imports.titles import Field
from newsletter.subscribers.imports.upload import source_of
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import read_id
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.imports import field_words, preview_terms
from newsletter.web.current import settings
from newsletter.web.database import session

THIS = f"{LIST}/imports/<int:import_id>"
MOST_ROWS = 20_000  # looked at for the page, which takes a second or two
SHOWN_PROBLEMS = 50
COLUMN = "column."


def preview_page(publication: Publication, upload: SubscriberImport) -> str:
    """What would happen if it was confirmed now. Nothing is changed."""
    facts: dict[str, Any] = {"publication": publication, "upload": upload, "problem": ""}
    try:
        facts |= _facts(publication.id, upload, _preview(publication.id, upload))
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


@blueprint.post(f"{THIS}/columns")
@allow(Permission.MANAGE_SUBSCRIBERS)
def choose_columns(slug: str, import_id: int) -> AnyResponse:
    """Read the file as the form says, and show again what would happen."""
    fields = _chosen_fields(request.form)
    overwrite = request.form.get("data") == DataRule.OVERWRITE
    data = DataRule.OVERWRITE if overwrite else DataRule.FILL
    publication = find_publication(session(), slug)
    files = ImportFiles(settings().data_dir)
    try:
        choose(session(), publication.id, import_id, files, fields=fields, data=data)
    except Missing as error:
        return _gone(slug, error)
    except (Refused, Conflict) as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
        flash(_("The columns are read as you chose. See below what will happen."), "success")
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


def _chosen_fields(form: MultiDict[str, str]) -> dict[int, str]:
    """The field that was chosen for a column, by its place; columns that stay as recognised are left out."""
    fields: dict[int, str] = {}
    for name, field in form.items():
        place = read_id(name.removeprefix(COLUMN))
        was = form.get(f"was.{place}", "")
        if name.startswith(COLUMN) and field != was and len(fields) < MOST_COLUMNS:
            fields[place] = field or Field.IGNORE
    return fields


def _preview(publication_id: int, upload: SubscriberImport) -> Preview:
    source = source_of(session(), upload, ImportFiles(settings().data_dir))
    session().rollback()  # the database waits for nobody's disk
    return preview_import(session(), publication_id, source, at_most=MOST_ROWS)


def _facts(publication_id: int, upload: SubscriberImport, preview: Preview) -> dict[str, Any]:
    result = preview.result
    return {
        "terms": preview_terms(result),
        "columns": list(enumerate(preview.columns.fields())),
        "used": preview.columns.used,
        "format": preview.columns.format.label if preview.columns.format else "",
        "field_words": field_words(session(), publication_id),
        "overwrite": upload.options.get("data") == DataRule.OVERWRITE,
        "suppress": upload.options.get("kind") == Kind.SUPPRESS,
        "ignored": preview.columns.ignored,
        "new": result.imported,
        "updates": result.updated,
        "problems": result.errors[:SHOWN_PROBLEMS],
        "invalid": len(result.errors),
        "looked_at": None if preview.complete else MOST_ROWS,
    }


def _gone(slug: str, error: Missing) -> AnyResponse:
    """Back to the form, for whoever came by the Back button or after somebody else."""
    session().rollback()
    flash(error.message, "warning")
    return redirect(url_for(".ask_upload", slug=slug), 303)

"""`/admin/p/<publication>/subscribers/import`: upload or paste people; the imports there were."""

from io import BytesIO
from typing import IO

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Refused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.imports.choose import use_remembered
from newsletter.subscribers.imports.files import ImportFiles, too_large_error
from newsletter.subscribers.imports.listing import list_imports
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.imports.plan import Kind, make_plan
from newsletter.subscribers.imports.upload import (
    MOST_OCTETS,
    check_statement,
    create_import,
    store_upload,
)
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.imports import charset_choices
from newsletter.web.current import settings
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LONGEST_FILENAME = 255  # characters
UNNAMED = "file.csv"


@blueprint.get(f"{LIST}/import")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_upload(slug: str) -> str:
    """The form, and the imports there were."""
    return _form(find_publication(session(), slug), "", "", {})


@blueprint.post(f"{LIST}/import")
@allow(Permission.MANAGE_SUBSCRIBERS)
def upload(slug: str) -> AnyResponse:
    """Take the file or the text, and show what would happen."""
    publication = find_publication(session(), slug)
    text, statement = request.form.get("text", ""), request.form.get("statement", "")
    kind = Kind.SUPPRESS if request.form.get("kind") == Kind.SUPPRESS else Kind.SUBSCRIBE
    try:
        made = _take_in(publication.id, text, statement, kind)
    except DomainError as error:
        session().rollback()
        problems = error.fields or {"text" if text.strip() else "file": error.message}
        publication = find_publication(session(), slug)
        page = _form(publication, text, statement[:5_000], problems, kind)
        return make_response(page, STATUS[error.decision])
    session().commit()
    return redirect(url_for(".progress", slug=slug, import_id=made.id), 303)


def _take_in(publication_id: int, text: str, statement: str, kind: Kind) -> SubscriberImport:
    filename, stream = _given(text)
    check_statement(statement)  # before a large file is written
    plan = make_plan(session(), publication_id, kind=kind)
    session().rollback()  # the database waits for nobody's disk
    files = ImportFiles(settings().data_dir)
    charset = request.form.get("charset", "")
    taken = store_upload(files, stream, filename=filename, plan=plan, charset=charset)
    try:
        publication = session().get_one(Publication, publication_id)
        actor = current_actor()
        made = create_import(session(), publication, taken, statement=statement, actor=actor, plan=plan)
        use_remembered(session(), made, files)
        return made
    except BaseException:
        files.discard(taken.file)
        raise


def _given(text: str) -> tuple[str, IO[bytes]]:
    """The name of what is to be imported, "" for pasted text, and its octets."""
    file = request.files.get("file")
    chosen = file is not None and bool(file.filename)
    if chosen and text.strip():
        sentence = _("Either choose a file or paste text, not both. Choose the file again to upload it.")
        raise Refused("both", sentence, {"file": sentence})
    if file is not None and chosen:
        name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
        return name[-LONGEST_FILENAME:].strip() or UNNAMED, file.stream
    if not text.strip():
        sentence = _("Choose a file or paste text.")
        raise Refused("nothing", sentence, {"file": sentence})
    return "", BytesIO(text.encode("utf-8", "replace"))


def _form(
    publication: Publication,
    text: str,
    statement: str,
    problems: dict[str, str],
    kind: Kind = Kind.SUBSCRIBE,
) -> str:
    before = asked_id("before")
    return render_template(
        "admin/subscribers/import.html",
        publication=publication,
        text=text,
        statement=statement,
        kind=kind,
        problems=problems,
        past=list_imports(session(), publication.id, before=before),
        before=before,
        charsets=charset_choices(),
        charset=request.form.get("charset", ""),
        most_octets=MOST_OCTETS,
        most_megabytes=MOST_OCTETS // 1_000_000,
        too_large=too_large_error(MOST_OCTETS).message,
    )

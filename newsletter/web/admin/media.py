"""`/admin/media`: the images of the library, how to add one, and what is said about each."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.text import without_nul
from newsletter.media.files import MediaFiles
from newsletter.media.library import WORDS, describe, list_media
from newsletter.media.models import MediaFile
from newsletter.media.picture import MOST_OCTETS
from newsletter.media.store import find_media, store_image
from newsletter.media.variants import served
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import asked_id
from newsletter.web.current import local_links, settings
from newsletter.web.database import session
from newsletter.web.errors import STATUS

blueprint = Blueprint("admin_media", __name__, url_prefix="/admin/media")

IN_LIST, ALONE = 300, 900  # pixels


@blueprint.url_value_preprocessor
def _allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard looks for the token, which reads the form and with it the file.
    if endpoint == "admin_media.upload":
        request.max_content_length = MOST_OCTETS + 100_000


@blueprint.context_processor
def _pictures() -> dict[str, Any]:
    return {"picture_url": lambda row, width: served(local_links(), row, width).url}


@blueprint.get("/")
@allow(Permission.VIEW)
def library() -> str:
    """Newest first, a page at a time."""
    return _list()


@blueprint.post("/")
@allow(Permission.EDIT_ISSUES)
def upload() -> AnyResponse:
    """Add a picture; one that is there already is shown."""
    file = request.files.get("file")
    octets = file.read(MOST_OCTETS + 1) if file else b""
    if not octets:
        return make_response(_list(_("Choose an image file.")), 400)
    filename = without_nul((file.filename if file else "") or "")
    try:
        row = store_image(session(), MediaFiles(settings().media_dir), octets, filename=filename)
    except DomainError as error:
        session().rollback()
        return make_response(_list(error.message), STATUS[error.decision])
    session().commit()
    return redirect(url_for(".show", key=row.key), 303)


@blueprint.get("/<key>")
@allow(Permission.VIEW)
def show(key: str) -> str:
    """One image and the words that go with it wherever it is used."""
    row = find_media(session(), key)
    return _one(row, {name: getattr(row, name) for name in WORDS}, {})


@blueprint.post("/<key>")
@allow(Permission.EDIT_ISSUES)
def change(key: str) -> AnyResponse:
    """Keep the words."""
    words = {name: request.form.get(name, "") for name in WORDS}
    try:
        describe(session(), key, words, actor=current_actor())
    except DomainError as error:
        session().rollback()
        page = _one(find_media(session(), key), words, error.fields)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("The texts are saved."), "success")
    return redirect(url_for(".show", key=key), 303)


def _list(problem: str = "") -> str:
    words = request.args.get("q", "")[:200]
    page = list_media(session(), words=words, older_than=asked_id("before"))
    return render_template(
        "admin/media/list.html",
        page=page,
        words=words,
        before=asked_id("before"),
        problem=problem,
        width=IN_LIST,
        most=MOST_OCTETS,
    )


def _one(row: MediaFile, words: dict[str, str], problems: dict[str, str]) -> str:
    return render_template("admin/media/show.html", row=row, words=words, problems=problems, width=ALONE)

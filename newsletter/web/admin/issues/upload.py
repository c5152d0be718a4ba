"""`/admin/issues/<id>/upload`: an image into the media library, from the editor's page."""

from flask import Response, jsonify, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Refused
from newsletter.core.text import without_nul
from newsletter.media.files import MediaFiles
from newsletter.media.picture import MOST_OCTETS
from newsletter.media.store import find_media, store_image
from newsletter.media.variants import served
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint, load_issue, refusal
from newsletter.web.current import local_links, settings
from newsletter.web.database import session

SHOWN_WIDTH = 600  # pixels, in the editor


@blueprint.post("/issues/<int:issue_id>/upload")
@allow(Permission.EDIT_ISSUES)
def upload(issue_id: int) -> Response:
    """Store the file called `file`; the answer is what an image in the document needs."""
    try:
        load_issue(issue_id)
        row = store_image(session(), MediaFiles(settings().media_dir), _octets(), filename=_filename())
    except DomainError as error:
        return refusal(error)
    session().commit()
    return jsonify(
        src=f"media:{row.key}",
        url=served(local_links(), row, SHOWN_WIDTH).url,
        width=row.width,
        height=row.height,
        alt=row.alt,
        caption=row.caption,
        credit=row.credit,
        licence=row.licence,
    )


@blueprint.get("/issues/<int:issue_id>/media/<key>")
@allow(Permission.VIEW)
def media(issue_id: int, key: str) -> AnyResponse:
    """Where the image `media:<key>` of a document is shown."""
    load_issue(issue_id)
    return redirect(served(local_links(), find_media(session(), key), SHOWN_WIDTH).url)


def _octets() -> bytes:
    file = request.files.get("file")
    octets = file.read(MOST_OCTETS + 1) if file else b""
    if not octets:
        raise Refused("no_file", _("Choose an image file."), {"file": _("Choose an image file.")})
    return octets


def _filename() -> str:
    return without_nul(request.files["file"].filename or "")

"""`/admin/p/<publication>/subscribers/export`: people in a file, all or those of a filter or a segment."""

from io import BytesIO

from flask import Response, request
from flask_babel import gettext as _

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.publications.find import find_publication
from newsletter.segments.members import members_of_segment
from newsletter.subscribers.exports.people import People
from newsletter.subscribers.exports.write import MEDIA_TYPES, FileFormat, write_people
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import read_wanted
from newsletter.web.database import session


@blueprint.post(f"{LIST}/export")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def export(slug: str) -> Response:
    """What the filter shows, as CSV, a workbook or JSON lines.

    A POST, because who took a copy of everybody's address is written down.
    """
    wanted, segment = read_wanted(request.form), request.form.get("segment", "")
    format_ = _asked_format()
    publication = find_publication(session(), slug)
    narrowed = members_of_segment(session(), publication, segment) if segment else None
    people = People(session(), publication, wanted, narrowed)
    audit.record(
        session(),
        "subscribers.exported",
        "publication",
        publication.id,
        actor=current_actor(),
        ip=request.remote_addr or "",
        state=wanted.state,
        searched=bool(wanted.words),
        segment=segment,
        format=format_.value,
    )
    session().commit()
    file = BytesIO()
    for _rows in write_people(people, file, format_):
        pass
    response = Response(file.getvalue(), content_type=MEDIA_TYPES[format_])
    name = f"{publication.slug}-subscribers.{format_}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _asked_format() -> FileFormat:
    asked = request.form.get("format", FileFormat.CSV)
    if asked not in set(FileFormat):
        sentence = _("Choose CSV, a workbook or JSON lines.")
        raise Refused("unknown_format", sentence, {"format": sentence})
    return FileFormat(asked)

"""`/admin/p/<publication>/subscribers/export`: people in a file, all or those that the list shows.

A few are downloaded at once; for many a worker writes the file, which waits on a page for a day.
"""

from io import BytesIO
from os import fstat
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from werkzeug.wsgi import wrap_file

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Missing, Refused
from newsletter.publications.find import find_publication
from newsletter.segments.rules import dump
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.exports.people import People
from newsletter.subscribers.exports.process import begin_export, find_finished, list_exports
from newsletter.subscribers.exports.write import MEDIA_TYPES, write_people
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import narrowed_by, read_filter
from newsletter.web.current import settings
from newsletter.web.database import session

AT_ONCE = 10_000  # people, which take about a fifth of a second


@blueprint.post(f"{LIST}/export")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def export(slug: str) -> AnyResponse:
    """What the filter shows, as CSV, a workbook or JSON lines.

    A POST, because who took a copy of everybody's address is written down.
    """
    format_ = _asked_format()
    publication = find_publication(session(), slug)
    asked = read_filter(request.form, publication)
    wanted, segment = asked.wanted, asked.segment.slug if asked.segment else ""
    people = People(session(), publication, wanted, narrowed_by(publication, asked))
    told = {"state": wanted.state, "searched": bool(wanted.words), "segment": segment}
    rules = None if asked.rules is None else dump(asked.rules)
    _note("subscribers.exported", publication.id, **told, rules=rules is not None, format=format_.value)
    if (count := people.count()) > AT_ONCE:
        begin_export(
            session(),
            publication,
            wanted,
            format_,
            segment=segment,
            rules=rules,
            people=count,
            actor=current_actor(),
        )
        session().commit()
        return redirect(url_for(".exports", slug=slug), 303)
    session().commit()
    file = BytesIO()
    for _rows in write_people(people, file, format_):
        pass
    return _as_download(Response(file.getvalue()), publication.slug, format_)


@blueprint.get(f"{LIST}/exports")
@allow(Permission.VIEW)
def exports(slug: str) -> str:
    """The files that a worker writes or has written; the script keeps the page up to date."""
    return render_template("admin/subscribers/exports.html", **_facts(slug))


@blueprint.get(f"{LIST}/exports/live")
@allow(Permission.VIEW)
def exports_live(slug: str) -> str:
    """The part of the page that changes by itself, for its script."""
    return render_template("admin/subscribers/_exports.html", **_facts(slug))


@blueprint.post(f"{LIST}/exports/<int:export_id>")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def download_export(slug: str, export_id: int) -> AnyResponse:
    """A file that is complete. A POST, because who took it is written down, too."""
    publication = find_publication(session(), slug)
    try:
        row = find_finished(session(), publication.id, export_id)
        file = ExportFiles(settings().data_dir).path(row.file).open("rb")
    except (Missing, FileNotFoundError):
        session().rollback()
        flash(
            _("This file is no longer here. Files are kept for a day, and deleted when someone is erased."),
            "warning",
        )
        return redirect(url_for(".exports", slug=slug), 303)
    _note("subscribers.export_downloaded", publication.id, export_id=row.id)
    session().commit()
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.content_length = fstat(file.fileno()).st_size
    answer.call_on_close(file.close)
    return _as_download(answer, publication.slug, row.format)


def _facts(slug: str) -> dict[str, Any]:
    publication = find_publication(session(), slug)
    rows = list_exports(session(), publication.id)
    return {"publication": publication, "rows": rows, "over": all(row.over for row in rows)}


def _note(action: str, publication_id: int, **detail: Any) -> None:
    ip, actor = request.remote_addr or "", current_actor()
    audit.record(session(), action, "publication", publication_id, actor=actor, ip=ip, **detail)


def _as_download(response: Response, slug: str, format_: FileFormat) -> Response:
    response.headers["Content-Type"] = MEDIA_TYPES[format_]
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-subscribers.{format_}"'
    return response


def _asked_format() -> FileFormat:
    asked = request.form.get("format", FileFormat.CSV)
    if asked not in set(FileFormat):
        sentence = _("Choose CSV, a workbook or JSON lines.")
        raise Refused("unknown_format", sentence, {"format": sentence})
    return FileFormat(asked)

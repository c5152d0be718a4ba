"""`/admin/p/<publication>/subscribers/imports/<id>`: how far an import is, and what it left out."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.subscribers.imports.listing import find_import, problems_of
from newsletter.subscribers.imports.models import ImportState
from newsletter.subscribers.imports.process import MOST_PROBLEMS, is_stalled
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import blueprint
from newsletter.web.admin.subscribers.confirm_import import SHOWN_PROBLEMS, THIS, preview_page
from newsletter.web.admin.words.imports import state_sentence, terms
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

HEADER: tuple[Cell, ...] = ("line", "problem")  # names for programs, so they are not translated


@blueprint.get(THIS)
@allow(Permission.VIEW)
def progress(slug: str, import_id: int) -> str:
    """State, counts, rows that were left out; the script keeps it up to date. Before it: the preview."""
    publication = find_publication(session(), slug)
    upload = find_import(session(), publication.id, import_id)
    if upload.state is ImportState.PREVIEW:
        return preview_page(publication, upload)
    return render_template("admin/subscribers/progress.html", **_facts(slug, import_id))


@blueprint.get(f"{THIS}/live")
@allow(Permission.VIEW)
def progress_live(slug: str, import_id: int) -> str:
    """The parts of the page that change by themselves, for its script."""
    return render_template("admin/subscribers/_progress.html", **_facts(slug, import_id))


@blueprint.post(f"{THIS}/problems.csv")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def problems(slug: str, import_id: int) -> Response:
    """The rows that were left out, as CSV (RFC 4180). They quote addresses: who took them is written down."""
    publication = find_publication(session(), slug)
    read = find_import(session(), publication.id, import_id)
    audit.record(
        session(),
        "subscribers.problems_exported",
        "publication",
        publication.id,
        actor=current_actor(),
        ip=request.remote_addr or "",
        import_id=read.id,
    )
    session().commit()
    return csv_response(_rows(read.id), f"import-{read.id}-problems.csv")


def _facts(slug: str, import_id: int) -> dict[str, Any]:
    publication = find_publication(session(), slug)
    shown = find_import(session(), publication.id, import_id)
    waits = shown.state is ImportState.QUEUED or shown.state is ImportState.RUNNING
    return {
        "publication": publication,
        "upload": shown,
        "sentence": state_sentence(shown, publication.timezone),
        "silent": waits and is_stalled(shown),
        "terms": terms(shown),
        "problems": problems_of(session(), shown.id, SHOWN_PROBLEMS),
        "kept": min(shown.invalid, MOST_PROBLEMS),
    }


def _rows(import_id: int) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for problem in problems_of(session(), import_id):
        yield problem.line, problem.problem

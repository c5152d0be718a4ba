"""Stop an import, let it go on, take it back."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict
from newsletter.publications.find import find_publication
from newsletter.subscribers.imports.confirm import cancel_import, resume_import
from newsletter.subscribers.imports.undo import begin_undo
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import blueprint
from newsletter.web.admin.subscribers.confirm_import import THIS
from newsletter.web.database import session


@blueprint.post(f"{THIS}/cancel")
@allow(Permission.MANAGE_SUBSCRIBERS)
def cancel(slug: str, import_id: int) -> AnyResponse:
    """Stop it after the batch in hand."""
    publication = find_publication(session(), slug)
    stopped = cancel_import(session(), publication.id, import_id, actor=current_actor())
    session().commit()
    if stopped:
        flash(_("The import is stopped. What it imported stays."), "success")
    else:
        flash(_("There was nothing left to stop."), "info")
    return _back(slug, import_id)


@blueprint.post(f"{THIS}/resume")
@allow(Permission.MANAGE_SUBSCRIBERS)
def resume(slug: str, import_id: int) -> AnyResponse:
    """Let it go on where it was stopped."""
    publication = find_publication(session(), slug)
    try:
        resume_import(session(), publication.id, import_id, actor=current_actor())
    except Conflict as error:  # its file is gone
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
    return _back(slug, import_id)


@blueprint.post(f"{THIS}/undo")
@allow(Permission.MANAGE_SUBSCRIBERS)
def undo(slug: str, import_id: int) -> AnyResponse:
    """Have a worker put everybody back to what they were."""
    publication = find_publication(session(), slug)
    try:
        begin_undo(session(), publication.id, import_id, actor=current_actor())
    except Conflict as error:  # too late, or not over
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
        flash(_("The import is being undone. You can leave this page."), "success")
    return _back(slug, import_id)


def _back(slug: str, import_id: int) -> AnyResponse:
    return redirect(url_for(".progress", slug=slug, import_id=import_id), 303)

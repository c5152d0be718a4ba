"""Add links: whatever was pasted, each address a row."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.curation.add import add_text
from newsletter.curation.models import Via
from newsletter.publications.find import find_publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.admin.inbox.listing import page_of
from newsletter.web.database import session


@blueprint.post(LIST)
@allow(Permission.EDIT_ISSUES)
def add(slug: str) -> AnyResponse:
    """Add every link in the text; workers read their pages."""
    publication = find_publication(session(), slug)
    text = request.form.get("links", "").replace("\0", "")
    try:
        entries = add_text(session(), publication, text, via=Via.PASTE, actor=current_actor())
    except Refused as error:
        session().rollback()
        shown = page_of(publication, text=text, problem=error.message)
        return make_response(render_template("admin/inbox/list.html", **shown), 400)
    session().commit()
    count = len(entries)
    flash(ngettext("%(num)s link is in the inbox.", "%(num)s links are in the inbox.", count), "success")
    return redirect(url_for(".inbox", slug=slug), 303)

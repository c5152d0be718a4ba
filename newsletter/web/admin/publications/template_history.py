"""`/admin/p/<publication>/template/<version>`: what a version of the template changed; restoring it."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Refused
from newsletter.core.text_diff import diff_texts
from newsletter.publications.find_template import find_version, newest_version
from newsletter.publications.template_versions import publication_input, save_template, try_to_save
from newsletter.rendering.custom_template.starter import starter
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.database import session


@blueprint.get("/p/<slug>/template/<int:number>")
@allow(Permission.MANAGE_PUBLICATIONS)
def template_version(slug: str, number: int) -> str:
    """One version: what it changed (the first: of its theme), and what restoring it would change."""
    publication = load_publication(slug)
    version = find_version(session(), publication, number)
    newest = newest_version(session(), publication) or version
    before = find_version(session(), publication, number - 1).text if number > 1 else starter(version.theme)
    return render_template(
        "admin/publications/template_version.html",
        publication=publication,
        version=version,
        newest=newest,
        changed=list(diff_texts(before, version.text)),
        restored=list(diff_texts(newest.text, version.text)),
    )


@blueprint.post("/p/<slug>/template/<int:number>/restore")
@allow(Permission.MANAGE_PUBLICATIONS)
def restore_template_version(slug: str, number: int) -> AnyResponse:
    """Put a version in use again, if it still can be used."""
    publication = load_publication(slug)
    version = find_version(session(), publication, number)
    facts, text, theme, note = publication_input(publication), version.text, version.theme, version.note
    start_afresh()  # others may write while it is tried
    try:
        tried = try_to_save(facts, text, theme)
    except Refused as error:
        flash(error.message, "error")
        return redirect(url_for(".template_version", slug=slug, number=number), 303)
    publication = load_publication(slug)
    save_template(session(), publication, tried, actor=current_actor(), note=note, restored_from=number)
    session().commit()
    flash(_("Version %(number)s is in use again.", number=number), "success")
    return redirect(url_for(".template", slug=slug), 303)

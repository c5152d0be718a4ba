"""`/admin/p/<publication>/rules`: what the publication chooses about the rules of preflight, in YAML."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, DomainError, Refused
from newsletter.core.text_diff import diff_texts
from newsletter.preflight.rule_file import LARGEST_FILE, read_rules_file, read_stored_rules
from newsletter.preflight.rule_versions import (
    STARTER,
    current_version,
    find_version,
    list_versions,
    restore_rules,
    save_rules,
)
from newsletter.preflight.rules import RULES
from newsletter.preflight.settings import DEFAULTS
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.words.rules import SEVERITIES, rule_facts
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/p/<slug>/rules")
@allow(Permission.MANAGE_PUBLICATIONS)
def rules(slug: str) -> str:
    """The file in force, every rule, and the versions."""
    return _page(load_publication(slug))


@blueprint.post("/p/<slug>/rules")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_rules(slug: str) -> AnyResponse:
    """Save what was typed or uploaded, or say why not; what was typed stays in the form."""
    publication = load_publication(slug)
    text = request.form.get("text", "")
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            text = read_rules_file(file.stream)
        save_rules(session(), publication, text, actor=current_actor(), based_on=_based_on())
    except (Refused, Conflict) as error:
        start_afresh()
        page = _page(load_publication(slug), text, error)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("The rules were saved. They apply to every issue that is not scheduled yet."), "success")
    return redirect(url_for(".rules", slug=slug), 303)


@blueprint.get("/p/<slug>/rules.yaml")
@allow(Permission.MANAGE_PUBLICATIONS)
def download_rules(slug: str) -> Response:
    """The file in force, which the link on the page has the browser save."""
    version = current_version(session(), load_publication(slug))
    return Response(version.text if version else STARTER, mimetype="application/yaml")


@blueprint.get("/p/<slug>/rules/<int:number>")
@allow(Permission.MANAGE_PUBLICATIONS)
def rules_version(slug: str, number: int) -> str:
    """One version: what it changed, and what restoring it would change."""
    publication = load_publication(slug)
    version = find_version(session(), publication, number)
    newest = current_version(session(), publication) or version
    before = find_version(session(), publication, number - 1).text if number > 1 else ""
    return render_template(
        "admin/publications/rules_version.html",
        publication=publication,
        version=version,
        newest=newest,
        changed=list(diff_texts(before, version.text)),
        restored=list(diff_texts(newest.text, version.text)),
    )


@blueprint.post("/p/<slug>/rules/<int:number>/restore")
@allow(Permission.MANAGE_PUBLICATIONS)
def restore_version(slug: str, number: int) -> AnyResponse:
    """Put a version in force again."""
    try:
        restore_rules(session(), load_publication(slug), number, actor=current_actor())
    except Refused as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".rules_version", slug=slug, number=number), 303)
    session().commit()
    flash(_("Version %(number)s is in force again.", number=number), "success")
    return redirect(url_for(".rules", slug=slug), 303)


def _page(publication: Publication, typed: str | None = None, error: DomainError | None = None) -> str:
    version = current_version(session(), publication)
    settings = read_stored_rules(version.text) if version else DEFAULTS
    in_force = version.text if version else STARTER
    conflict = isinstance(error, Conflict)
    return render_template(
        "admin/publications/rules.html",
        publication=publication,
        version=version,
        based_on=version.number if version else 0,
        text=in_force if typed is None else typed,
        error=error.message if error and not conflict else None,
        conflict=error.message if error and conflict else None,
        theirs=list(diff_texts(typed or "", in_force)) if conflict else [],
        rules=[rule_facts(rule, settings) for rule in RULES],
        severities=SEVERITIES,
        words=settings.words,
        versions=list_versions(session(), publication),
        largest=LARGEST_FILE,
    )


def _based_on() -> int:
    """The version that the form showed; -1, which is none, for anything else."""
    written = request.form.get("version", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else -1

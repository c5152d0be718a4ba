"""`/admin/p/<publication>/template`: the template of its emails, written in Jinja, tried and saved."""

import re
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.db import reading
from newsletter.core.errors import Conflict, DomainError
from newsletter.core.text_diff import diff_texts
from newsletter.document.blocks import BLOCKS
from newsletter.issues.models import Issue
from newsletter.preflight.template_trial import TemplateTrial, revision_to_try, try_template
from newsletter.publications.find_template import list_versions, newest_version
from newsletter.publications.models import NOTE_LENGTH, Publication
from newsletter.publications.template_versions import (
    drop_draft,
    find_draft,
    keep_draft,
    publication_input,
    save_template,
    try_to_save,
    use_theme,
)
from newsletter.rendering.custom_template.render import LARGEST_TEMPLATE
from newsletter.rendering.custom_template.starter import block_source, starter
from newsletter.rendering.render_input import CustomTemplate
from newsletter.rendering.themes import THEMES
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

OFFERED_ISSUES = 20
_LINE = re.compile(r"Line (\d+)")
_AROUND = 2  # lines that are shown before and after a wrong one


@dataclass(frozen=True)
class Typed:
    """What stands in the form. `based_on`: the newest version when it was begun; 0 for none."""

    text: str
    theme: str
    note: str = ""
    based_on: int = 0


@blueprint.get("/p/<slug>/template")
@allow(Permission.MANAGE_PUBLICATIONS)
def template(slug: str) -> AnyResponse:
    """What this person tried last, else the newest version; `copy` is a theme to begin from instead."""
    publication = load_publication(slug)
    return _page(publication, begun(publication), 200)


@blueprint.post("/p/<slug>/template")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_template(slug: str) -> AnyResponse:
    """Save it; or, by the button called `try`, only try it. What was typed stays in the form."""
    publication = load_publication(slug)
    typed = _typed(publication)
    try:
        if "try" in request.form:
            _keep(publication, typed)
            with reading():  # others may write meanwhile
                return _page(publication, typed, 200, trial=_try(publication, typed))
        facts = publication_input(publication)
        start_afresh()
        tried = try_to_save(facts, typed.text, typed.theme)
        publication = load_publication(slug)
        version = save_template(
            session(), publication, tried, actor=current_actor(), note=typed.note, based_on=typed.based_on
        )
    except DomainError as error:
        start_afresh()
        return _page(load_publication(slug), typed, STATUS[error.decision], error=error)
    drop_draft(session(), publication, current_actor())
    session().commit()
    message = _("Version %(number)s was saved. Emails use it from now on.", number=version.number)
    flash(message, "success")
    return redirect(url_for(".template", slug=slug), 303)


@blueprint.post("/p/<slug>/template/remove")
@allow(Permission.MANAGE_PUBLICATIONS)
def remove_template(slug: str) -> AnyResponse:
    """Use the theme again."""
    use_theme(session(), load_publication(slug), actor=current_actor())
    session().commit()
    flash(_("Emails use the theme again. The versions of the template are kept."), "success")
    return redirect(url_for(".template", slug=slug), 303)


@blueprint.post("/p/<slug>/template/discard")
@allow(Permission.MANAGE_PUBLICATIONS)
def discard_template_draft(slug: str) -> AnyResponse:
    """Forget what this person has tried."""
    drop_draft(session(), load_publication(slug), current_actor())
    session().commit()
    flash(_("Your changes were discarded."), "success")
    return redirect(url_for(".template", slug=slug), 303)


def begun(publication: Publication) -> Typed:
    """What this person tried last, else the newest version, else a copy of the theme; or that of `copy`."""
    newest = newest_version(session(), publication)
    number = newest.number if newest else 0
    copied = request.args.get("copy", "")
    if copied in THEMES:
        return Typed(starter(copied), copied, based_on=number)
    draft = find_draft(session(), publication, current_actor())
    if draft:
        return Typed(draft.text, draft.theme, draft.note, draft.based_on)
    if newest:
        return Typed(newest.text, newest.theme, based_on=number)
    return Typed(starter(publication.theme), publication.theme)


def _typed(publication: Publication) -> Typed:
    written = request.form.get("version", "")
    theme = request.form.get("theme", "")
    return Typed(
        request.form.get("text", "").replace("\r\n", "\n"),
        theme if theme in THEMES else publication.theme,
        request.form.get("note", ""),
        int(written) if written.isascii() and written.isdigit() and len(written) < 10 else -1,
    )


def _keep(publication: Publication, typed: Typed) -> None:
    """Keep what is tried, so that the preview can show it and nothing typed is lost."""
    keep_draft(
        session(),
        publication,
        typed.text,
        theme=typed.theme,
        author=current_actor(),
        note=typed.note,
        based_on=typed.based_on,
    )
    session().commit()


def _try(publication: Publication, typed: Typed) -> TemplateTrial:
    revision = revision_to_try(session(), publication, _asked_issue())
    template = CustomTemplate(typed.text)
    return try_template(session(), publication, links(), template, theme=typed.theme, revision=revision)


def _asked_issue() -> int | None:
    """The issue that it is tried with; None for the example."""
    written = request.form.get("issue", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


def _page(
    publication: Publication,
    typed: Typed,
    status: int,
    *,
    trial: TemplateTrial | None = None,
    error: DomainError | None = None,
) -> AnyResponse:
    versions = list_versions(session(), publication)
    newest = versions[0] if versions else None
    conflict = isinstance(error, Conflict)
    issue = _asked_issue()
    page = render_template(
        "admin/publications/template.html",
        publication=publication,
        theme=THEMES[publication.theme],
        typed=typed,
        made_from=THEMES[typed.theme],
        is_draft=find_draft(session(), publication, current_actor()) is not None,
        versions=versions,
        newest=newest,
        trial=trial,
        issue=issue,
        preview_url=_preview_url(publication, issue),
        issues=_issues(publication),
        themes=[(each.key, each.label) for each in THEMES],
        blocks=[(block.label, block_source(typed.theme, block.key)) for block in BLOCKS],
        error=error.message if error and not conflict else None,
        excerpt=_excerpt(typed.text, error.message) if error and not conflict else [],
        conflict=error.message if error and conflict else None,
        theirs=list(diff_texts(typed.text, newest.text)) if conflict and newest else [],
        largest=LARGEST_TEMPLATE,
        note_length=NOTE_LENGTH,
    )
    return make_response(page, status)


def _preview_url(publication: Publication, issue: int | None) -> str:
    copied = request.args.get("copy") if request.method == "GET" else None
    return url_for(".template_preview", slug=publication.slug, issue=issue, copy=copied)


def _issues(publication: Publication) -> list[tuple[Any, str]]:
    """What it can be tried with: the example, and the newest issues."""
    rows = session().execute(
        select(Issue.id, Issue.title)
        .where(Issue.publication_id == publication.id)
        .order_by(Issue.id.desc())
        .limit(OFFERED_ISSUES)
    )
    return [("", _("Example issue")), *((row.id, row.title) for row in rows)]


def _excerpt(text: str, sentence: str) -> list[tuple[int, str, bool]]:
    """The lines around the one that `sentence` names: number, text, and whether it is that one."""
    named = _LINE.match(sentence)
    if not named:
        return []
    wrong = int(named[1])
    lines = text.split("\n")
    first, last = max(1, wrong - _AROUND), min(len(lines), wrong + _AROUND)
    return [(number, lines[number - 1][:200], number == wrong) for number in range(first, last + 1)]

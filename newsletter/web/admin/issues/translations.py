"""`/admin/issues/<id>/languages/<language>`: the texts of an issue beside their translations.

A form without script; with it, each translation is saved as soon as somebody leaves it. Of two people who
translate the same text the second one is told, and nothing is overwritten.
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.i18n import direction
from newsletter.document import Document
from newsletter.document.translate import TextInEdition, texts_in
from newsletter.issues.edit import Locked
from newsletter.issues.editions.change import require_edition
from newsletter.issues.editions.import_file import import_translations
from newsletter.issues.editions.po import LARGEST, write_catalogue
from newsletter.issues.editions.translate import (
    Change,
    Outcome,
    change_translations,
    key_of,
    mark_of,
    translated,
)
from newsletter.issues.models import Issue
from newsletter.mailings.current import current_mailing
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue, refusal
from newsletter.web.admin.issues.languages import language_rows, load_whole
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.admin.words.document import block_label, field_label
from newsletter.web.admin.words.languages import language_words
from newsletter.web.database import session
from newsletter.web.errors import STATUS, wants_json

TEXT, SEEN, RIGHT = "text-", "seen-", "right-"


@blueprint.get("/issues/<int:issue_id>/languages/<edition>")
@allow(Permission.VIEW)
def translations(issue_id: int, edition: str) -> str:
    """Every text of the issue, and what the edition has for it."""
    return _page(load_issue(issue_id), edition)


@blueprint.post("/issues/<int:issue_id>/languages/<edition>")
@allow(Permission.EDIT_ISSUES)
def translate(issue_id: int, edition: str) -> AnyResponse:
    """Save what was changed: `text-KEY` is the translation, `seen-KEY` the mark of what stood there.

    `right-KEY`: one that is out of date is still right. Answers JSON to the page's script.
    """
    changes = _changes(request.form)
    try:
        outcome = change_translations(session(), issue_id, edition, changes, actor=current_actor())
    except Locked as error:
        sentence = locked_sentence(error.mailing)
        session().rollback()
        if wants_json():
            return make_response(jsonify(error="locked", message=sentence), 409)
        return make_response(_page(load_issue(issue_id), edition, problem=sentence), 409)
    except DomainError as error:
        if wants_json():
            return refusal(error)
        raise
    session().commit()
    issue = load_issue(issue_id)
    if wants_json():
        return _told(issue, edition, outcome, changes)
    if outcome.others or outcome.gone or outcome.refused:
        return make_response(_page(issue, edition, outcome=outcome, changes=changes), 409)
    flash(_saved(len(outcome.saved)), "success")
    return redirect(url_for(".translations", issue_id=issue_id, edition=edition), 303)


@blueprint.post("/issues/<int:issue_id>/languages/<edition>/translations.po")
@allow(Permission.VIEW)
def translations_file(issue_id: int, edition: str) -> Response:
    """The texts and translations as a gettext catalogue, for the programs of translators."""
    issue = load_issue(issue_id)
    document = load_whole(issue)
    found = require_edition(document, edition)
    octets = write_catalogue(issue.title, found.language, texts_in(document, found))
    response = make_response(octets)
    response.headers["Content-Type"] = "text/x-gettext-translation; charset=utf-8"
    name = f"{issue.slug}-{found.language}.po".encode("ascii", "ignore").decode()
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/issues/<int:issue_id>/languages/<edition>/file")
@allow(Permission.EDIT_ISSUES)
def upload_translations(issue_id: int, edition: str) -> AnyResponse:
    """Take the translations of a file that came back."""
    file = request.files.get("file")
    octets = file.read(LARGEST + 1) if file else b""
    try:
        outcome = import_translations(session(), issue_id, edition, octets, actor=current_actor())
    except Locked as error:
        problem, status = locked_sentence(error.mailing), 409
    except DomainError as error:
        problem, status = error.message, STATUS[error.decision]
    else:
        session().commit()
        flash(_saved(len(outcome.saved)), "success")
        if outcome.gone:
            told = ngettext(
                "%(num)s text from the file is no longer in the issue.",
                "%(num)s texts from the file are no longer in the issue.",
                len(outcome.gone),
            )
            flash(told, "warning")
        for sentence in list(dict.fromkeys(outcome.refused.values()))[:10]:
            flash(_("Not imported: %(why)s", why=sentence), "error")
        return redirect(url_for(".translations", issue_id=issue_id, edition=edition), 303)
    session().rollback()
    return make_response(_page(load_issue(issue_id), edition, file_problem=problem), status)


def _changes(form: Mapping[str, str]) -> dict[str, Change]:
    """What differs from what the form was filled in with."""
    found = {}
    for name, text in form.items():
        if not name.startswith(TEXT):
            continue
        key = name.removeprefix(TEXT)
        seen = form.get(f"{SEEN}{key}", "")
        if mark_of(text.strip()) != seen or form.get(f"{RIGHT}{key}"):
            found[key] = Change(text, seen)
    return found


def _saved(count: int) -> str:
    if not count:
        return str(_("Nothing was changed."))
    return str(ngettext("%(num)s translation was saved.", "%(num)s translations were saved.", count))


def _told(issue: Issue, edition: str, outcome: Outcome, changes: Mapping[str, Change]) -> Response:
    """What became of the changes, for the page's script: new marks of what stands there now."""
    row = next(row for row in language_rows(load_whole(issue)) if row.tag == edition)
    return jsonify(
        saved={key: mark_of(changes[key].text) for key in outcome.saved},
        others={key: {"text": text, "seen": mark_of(text)} for key, text in outcome.others.items()},
        gone=outcome.gone,
        refused=outcome.refused,
        progress=_progress_words(row.current, row.total, row.outdated),
    )


def _progress_words(current: int, total: int, outdated: int) -> str:
    words = str(_("%(current)s of %(total)s translated", current=current, total=total))
    if outdated:
        words += ", " + str(ngettext("%(num)s out of date", "%(num)s out of date", outdated))
    return words


def _page(
    issue: Issue,
    edition: str,
    *,
    problem: str = "",
    file_problem: str = "",
    outcome: Outcome | None = None,
    changes: Mapping[str, Change] | None = None,
) -> str:
    document = load_whole(issue)
    found = require_edition(document, edition)
    own = document.language or issue.publication.language
    rows = language_rows(document)
    this = next(row for row in rows if row.tag == found.language)
    facts: dict[str, Any] = {
        "own": {"tag": own, "name": language_words(own), "direction": direction(own)},
        "languages": rows,
        "this": this,
        "progress": _progress_words(this.current, this.total, this.outdated),
    }
    return render_template(
        "admin/issues/translations.html",
        issue=issue,
        publication=issue.publication,
        **facts,
        parts=_parts(document, texts_in(document, found)),
        key_of=key_of,
        mark_of=mark_of,
        translated=translated,
        label_of=label_of,
        outcome=outcome,
        changes=changes or {},
        problem=problem,
        file_problem=file_problem,
        locked=locked_sentence(current_mailing(session(), issue.id)),
    )


def label_of(entry: TextInEdition) -> str:
    """What a text is: `Headline`, `Image, Alt text`."""
    if not entry.text.path.startswith("sections["):
        return field_label(entry.text.at)
    return field_label(entry.text.at.partition(".")[2].removeprefix("items."))


def _parts(document: Document, entries: list[TextInEdition]) -> list[tuple[str, list[TextInEdition]]]:
    """The texts by section, each with what it is called; first those of the issue itself."""
    parts: dict[str, list[TextInEdition]] = {}
    for entry in entries:
        parts.setdefault(entry.text.path.partition("]")[0] if "]" in entry.text.path else "", []).append(
            entry
        )
    return [(_name(document, path), texts) for path, texts in parts.items()]


def _name(document: Document, path: str) -> str:
    if not path:
        return str(_("The issue"))
    section = document.sections[int(path.partition("[")[2])]
    return section.title or block_label(section.type)

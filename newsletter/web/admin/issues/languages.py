"""`/admin/issues/<id>/languages`: the editions of an issue, and the way to each of them."""

from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.i18n import direction
from newsletter.document import Document
from newsletter.document.edition import MOST_EDITIONS
from newsletter.document.translate import Progress
from newsletter.issues.edit import Locked
from newsletter.issues.editions.change import add_edition, checked_language, remove_edition, whole_document
from newsletter.issues.editions.translate import count_progress
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.current import current_mailing
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.admin.words.languages import language_words
from newsletter.web.admin.words.languages import languages as all_languages
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@dataclass(frozen=True)
class LanguageRow:
    """An edition: its tag, its name in the page's language, and how many texts are how far."""

    tag: str
    name: str
    direction: str
    current: int
    outdated: int
    missing: int

    @property
    def total(self) -> int:
        """All texts."""
        return self.current + self.outdated + self.missing


@blueprint.get("/issues/<int:issue_id>/languages")
@allow(Permission.VIEW)
def languages(issue_id: int) -> str:
    """Each edition with what is left to translate."""
    return _page(issue_id)


@blueprint.post("/issues/<int:issue_id>/languages")
@allow(Permission.EDIT_ISSUES)
def add_language(issue_id: int) -> AnyResponse:
    """Add an edition, and open it."""
    typed = request.form.get("language", "")[:80]
    try:
        tag = checked_language(typed)
        add_edition(session(), issue_id, tag, actor=current_actor())
    except Locked as error:
        return _locked(issue_id, error)
    except DomainError as error:
        session().rollback()
        return make_response(_page(issue_id, typed, error.message), STATUS[error.decision])
    session().commit()
    return redirect(url_for(".translations", issue_id=issue_id, edition=tag), 303)


@blueprint.post("/issues/<int:issue_id>/languages/<edition>/remove")
@allow(Permission.EDIT_ISSUES)
def remove_language(issue_id: int, edition: str) -> AnyResponse:
    """Take an edition away; the history keeps it."""
    try:
        remove_edition(session(), issue_id, edition, actor=current_actor())
    except Locked as error:
        return _locked(issue_id, error)
    session().commit()
    flash(
        _("%(language)s was removed. The history still has it.", language=language_words(edition)), "success"
    )
    return redirect(url_for(".languages", issue_id=issue_id), 303)


def language_rows(document: Document) -> list[LanguageRow]:
    """The editions of `document`, which has the words of its pictures."""
    rows = []
    for edition in document.editions:
        counts = count_progress(document, edition.language)
        rows.append(
            LanguageRow(
                edition.language,
                language_words(edition.language),
                direction(edition.language),
                counts[Progress.CURRENT],
                counts[Progress.OUTDATED],
                counts[Progress.MISSING],
            )
        )
    return rows


def load_whole(issue: Issue) -> Document:
    """The newest document of an issue, with the words of its pictures."""
    return whole_document(session(), issue, find_revision(session(), issue))


def _locked(issue_id: int, error: Locked) -> AnyResponse:
    sentence = locked_sentence(error.mailing)
    session().rollback()
    flash(sentence, "error")
    return redirect(url_for(".languages", issue_id=issue_id), 303)


def _page(issue_id: int, typed: str = "", problem: str = "") -> str:
    issue = load_issue(issue_id)
    document = load_whole(issue)
    own = document.language or issue.publication.language
    rows = language_rows(document)
    taken = {own, *(row.tag for row in rows)}
    return render_template(
        "admin/issues/languages.html",
        issue=issue,
        publication=issue.publication,
        own=language_words(own),
        rows=rows,
        choices=[choice for choice in all_languages() if choice[0] not in taken],
        typed=typed,
        problem=problem,
        may_add=len(rows) < MOST_EDITIONS,
        most=MOST_EDITIONS,
        locked=locked_sentence(current_mailing(session(), issue.id)),
    )

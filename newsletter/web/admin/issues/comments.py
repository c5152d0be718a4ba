"""`/admin/issues/<id>/comments`: what was said about an issue, and the links that share it."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.comments.add import QUOTE_LENGTH, TEXT_LENGTH, add_comment, add_reply
from newsletter.comments.anchor import Target, item_label, items_of
from newsletter.comments.resolve import reopen, resolve
from newsletter.comments.share import DAYS, MOST_DAYS, share, unshare, working_links
from newsletter.comments.threads import list_threads
from newsletter.core.errors import DomainError, Refused
from newsletter.document import Document
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.words.document import block_label
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS

FIELDS = ("about", "quote", "text", "reply_to", "days")


@blueprint.get("/issues/<int:issue_id>/comments")
@allow(Permission.VIEW)
def comments(issue_id: int) -> str:
    """The open comments in the order of the text, then the resolved ones."""
    return _page(load_issue(issue_id))


@blueprint.post("/issues/<int:issue_id>/comments")
@allow(Permission.EDIT_ISSUES)
def comment(issue_id: int) -> AnyResponse:
    """Write a comment, or with `reply_to` an answer to one; what cannot be used stays in the form."""
    issue = load_issue(issue_id)
    typed = {name: request.form.get(name, "")[:20_000] for name in FIELDS}
    try:
        if typed["reply_to"]:
            number = int(typed["reply_to"]) if typed["reply_to"].isdecimal() else 0
            written = add_reply(session(), issue, number, typed["text"], author=current_actor())
        else:
            section_id, item = _about(typed["about"])
            written = add_comment(
                session(),
                issue,
                typed["text"],
                author=current_actor(),
                section_id=section_id,
                item=item,
                quote=typed["quote"],
            )
    except DomainError as error:
        return _refused(issue_id, error, typed)
    session().commit()
    return redirect(url_for(".comments", issue_id=issue_id, _anchor=f"comment-{written.id}"), 303)


@blueprint.post("/issues/<int:issue_id>/comments/<int:comment_id>/resolve")
@allow(Permission.EDIT_ISSUES)
def resolve_comment(issue_id: int, comment_id: int) -> AnyResponse:
    """Nothing is left to do about it."""
    resolve(session(), load_issue(issue_id), comment_id, actor=current_actor())
    session().commit()
    return redirect(url_for(".comments", issue_id=issue_id, _anchor=f"comment-{comment_id}"), 303)


@blueprint.post("/issues/<int:issue_id>/comments/<int:comment_id>/reopen")
@allow(Permission.EDIT_ISSUES)
def reopen_comment(issue_id: int, comment_id: int) -> AnyResponse:
    """Something is left to do after all."""
    reopen(session(), load_issue(issue_id), comment_id, actor=current_actor())
    session().commit()
    return redirect(url_for(".comments", issue_id=issue_id, _anchor=f"comment-{comment_id}"), 303)


@blueprint.post("/issues/<int:issue_id>/share")
@allow(Permission.EDIT_ISSUES)
def share_issue(issue_id: int) -> AnyResponse:
    """Make a share link."""
    load_issue(issue_id)
    days = request.form.get("days", "")[:9].strip()
    try:
        number = int(days) if days.isascii() and days.isdigit() else 0
        share(session(), issue_id, days=number, actor=current_actor())
    except DomainError as error:
        return _refused(issue_id, error, {"days": days})
    session().commit()
    flash(_("The link is ready. Anyone who has it can read the issue and comment on it."), "success")
    return redirect(url_for(".comments", issue_id=issue_id, _anchor="share"), 303)


@blueprint.post("/issues/<int:issue_id>/share/revoke")
@allow(Permission.EDIT_ISSUES)
def unshare_issue(issue_id: int) -> AnyResponse:
    """Revoke the link called `link`."""
    load_issue(issue_id)
    link = request.form.get("link", "")[:18]
    if unshare(session(), issue_id, int(link) if link.isdecimal() else 0, actor=current_actor()):
        flash(_("The link no longer works."), "success")
    session().commit()
    return redirect(url_for(".comments", issue_id=issue_id, _anchor="share"), 303)


def _about(choice: str) -> tuple[str, int | None]:
    """Section and item of a choice such as `digest` or `digest/3`; the whole issue: ""."""
    section_id, _slash, item = choice.partition("/")
    if item and not (item.isascii() and item.isdigit() and len(item) < 5):
        raise Refused("bad_comment", _("Choose a part of the issue."), {"about": _("Choose one of them.")})
    return section_id, int(item) if item else None


def _refused(issue_id: int, error: DomainError, typed: dict[str, str]) -> AnyResponse:
    session().rollback()
    # The form has one choice for a section and the item in it.
    fields = {"about" if name in ("section", "item") else name: why for name, why in error.fields.items()}
    page = _page(load_issue(issue_id), typed=typed, problem="" if fields else error.message, problems=fields)
    return make_response(page, STATUS[error.decision])


def _page(
    issue: Issue,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    problems: dict[str, str] | None = None,
) -> str:
    document = load_document(find_revision(session(), issue))
    threads = list_threads(session(), issue, document)
    return render_template(
        "admin/issues/comments.html",
        issue=issue,
        publication=issue.publication,
        threads=[each for each in threads if each.comment.resolved_at is None],
        resolved=[each for each in threads if each.comment.resolved_at is not None],
        place=lambda target: _place(document, target),
        places=_places(document),
        share_links=[(link, links().share(link.id)) for link in working_links(session(), issue)],
        days=DAYS,
        most_days=MOST_DAYS,
        typed=typed or {},
        problem=problem,
        problems=problems or {},
        longest={"quote": QUOTE_LENGTH, "text": TEXT_LENGTH},
    )


def _places(document: Document) -> list[tuple[str, str]]:
    """What a comment may be about: value and words of each choice."""
    choices = [("", _("The whole issue"))]
    for at, section in enumerate(document.sections):
        choices.append((section.id, _place(document, Target(at))))
        choices += [
            (f"{section.id}/{number}", f"\N{EN DASH} {item_label(item)[:70]}")
            for number, item in enumerate(items_of(section))
        ]
    return choices


def _place(document: Document, target: Target) -> str:
    """A section by its title or its kind, with the item in it."""
    section: Any = document.sections[target.section]
    words = section.title or str(block_label(section.type))
    if target.item is None:
        return str(words)
    return f"{words}: {item_label(items_of(section)[target.item])[:120]}"

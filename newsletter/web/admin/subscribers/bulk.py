"""`/admin/p/<publication>/subscribers/bulk`: change all whom the list finds, or some; undo that for a day."""

from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.errors import Conflict, DomainError, Refused
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.segments.narrow import chosen
from newsletter.segments.rules import dump
from newsletter.subscribers.bulk.begin import (
    Outlook,
    begin_bulk,
    begin_undo,
    cancel_bulk,
    find_bulk,
    foresee,
    list_bulk,
)
from newsletter.subscribers.bulk.models import OF_TAGS, BulkAction
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.listing import PAGE
from newsletter.subscribers.pause import LONGEST_PAUSE, end_of_pause
from newsletter.subscribers.tags.models import Tag
from newsletter.web.admin.fresh import ask_for_password, is_fresh, is_large
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import read_id
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import PeopleFilter, read_filter
from newsletter.web.admin.words.bulk import action_sentence, bulk_word, count_terms, unchanged_word
from newsletter.web.database import session
from newsletter.web.errors import STATUS

BULK = f"{LIST}/bulk"
THIS = f"{BULK}/<int:bulk_id>"
PAUSES = range(1, LONGEST_PAUSE + 1)  # months


@dataclass(frozen=True)
class Asked:
    """What is to be done, and to whom: the rows that were ticked, or all whom the filter finds."""

    filter: PeopleFilter
    ids: list[int]
    action: BulkAction | None
    tag: str
    months: int  # of a pause; 0: nothing that can be used

    @property
    def chosen_by(self) -> dict[str, Any]:
        """The same as a bulk change keeps it."""
        if self.ids:
            return {"ids": self.ids}
        rules = {} if self.filter.rules is None else {"rules": dump(self.filter.rules)}
        return self.filter.query | rules


@blueprint.get(BULK)
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_bulk(slug: str) -> AnyResponse:
    """Ask what is to be done; once that is said, what would happen. Also what was done before."""
    publication = find_publication(session(), slug)
    return _page(publication, _read(request.args, publication))


@blueprint.post(BULK)
@allow(Permission.MANAGE_SUBSCRIBERS)
def start_bulk(slug: str) -> AnyResponse:
    """Have a worker do it."""
    publication = find_publication(session(), slug)
    asked = _read(request.form, publication)
    if asked.action is None:
        return _page(publication, asked, _("Choose what to do."))
    try:
        outlook = _foresee(publication, asked)
        if asked.action not in OF_TAGS and is_large(outlook.changes) and not is_fresh():
            return ask_for_password()
        row = begin_bulk(
            session(),
            publication,
            asked.action,
            tag_key=asked.tag,
            months=asked.months,
            chosen_by=asked.chosen_by,
            actor=current_actor(),
        )
    except DomainError as error:
        session().rollback()
        page = _page(find_publication(session(), slug), asked)
        return make_response(page, STATUS[error.decision])
    session().commit()
    return redirect(url_for(".bulk", slug=slug, bulk_id=row.id), 303)


@blueprint.get(THIS)
@allow(Permission.VIEW)
def bulk(slug: str, bulk_id: int) -> str:
    """How far it is; the script keeps it up to date."""
    return render_template("admin/subscribers/bulk_progress.html", **_facts(slug, bulk_id))


@blueprint.get(f"{THIS}/live")
@allow(Permission.VIEW)
def bulk_live(slug: str, bulk_id: int) -> str:
    """The parts of the page that change by themselves, for its script."""
    return render_template("admin/subscribers/_bulk_progress.html", **_facts(slug, bulk_id))


@blueprint.post(f"{THIS}/cancel")
@allow(Permission.MANAGE_SUBSCRIBERS)
def stop_bulk(slug: str, bulk_id: int) -> AnyResponse:
    """Stop it where it is."""
    row = find_bulk(session(), find_publication(session(), slug).id, bulk_id)
    cancel_bulk(session(), row, actor=current_actor())
    session().commit()
    return redirect(url_for(".bulk", slug=slug, bulk_id=bulk_id), 303)


@blueprint.post(f"{THIS}/undo")
@allow(Permission.MANAGE_SUBSCRIBERS)
def undo_bulk(slug: str, bulk_id: int) -> AnyResponse:
    """Put back whoever was changed, and not changed since."""
    row = find_bulk(session(), find_publication(session(), slug).id, bulk_id)
    try:
        begin_undo(session(), row, actor=current_actor())
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
    else:
        session().commit()
    return redirect(url_for(".bulk", slug=slug, bulk_id=bulk_id), 303)


def _read(given: MultiDict[str, str], publication: Publication) -> Asked:
    """What the query or the form says. Without ticked rows it is everybody whom the filter finds."""
    ids = sorted({read_id(text) for text in given.getlist("row")} - {0})[:PAGE]
    action = given.get("do", "")
    return Asked(
        read_filter(given, publication),
        ids,
        BulkAction(action) if action in set(BulkAction) else None,
        given.get("tag", "")[:63].replace("\0", "") if action in set(OF_TAGS) else "",
        next((number for number in PAUSES if given.get("months", "1") == str(number)), 0),
    )


def _foresee(publication: Publication, asked: Asked) -> Outlook:
    assert asked.action is not None  # noqa: S101 - whoever calls has looked
    if asked.action in OF_TAGS and not asked.tag:
        sentence = _("Choose a tag.")
        raise Refused("no_tag", sentence, {"tag": sentence})
    if asked.action is BulkAction.PAUSE:
        end_of_pause(clock.now(), asked.months)
    condition = chosen(session(), publication, asked.chosen_by)
    return foresee(session(), publication, asked.action, asked.tag, condition)


def _page(publication: Publication, asked: Asked, problem: str = "") -> AnyResponse:
    """The form, and what would happen; or why nothing can."""
    outlook, status = None, 400 if problem else 200
    if asked.action is not None:
        try:
            outlook = _foresee(publication, asked)
        except DomainError as error:
            problem, status = error.message, STATUS[error.decision]
    page = render_template(
        "admin/subscribers/bulk.html",
        publication=publication,
        asked=asked,
        outlook=outlook,
        problem=problem,
        tags=list_labels(session(), Tag, publication),
        actions=[(action.value, action_sentence(action, "…")) for action in BulkAction],
        pauses=[(number, ngettext("%(num)s month", "%(num)s months", number)) for number in PAUSES],
        sentence=_sentence(publication, asked.action, asked.tag, asked.months) if outlook else "",
        why=unchanged_word(asked.action) if asked.action else "",
        past=[
            (row, _sentence(publication, row.action, row.tag_key, row.months), bulk_word(row.state))
            for row in list_bulk(session(), publication.id)
        ],
    )
    return make_response(page, status)


def _sentence(publication: Publication, action: BulkAction | None, tag_key: str, months: int | None) -> str:
    """What is done, with the tag's name where it is still there."""
    assert action is not None  # noqa: S101 - whoever calls has looked
    names = {tag.key: tag.name for tag in list_labels(session(), Tag, publication)}
    return action_sentence(action, names.get(tag_key, tag_key), months)


def _facts(slug: str, bulk_id: int) -> dict[str, Any]:
    publication = find_publication(session(), slug)
    row = find_bulk(session(), publication.id, bulk_id)
    return {
        "publication": publication,
        "row": row,
        "sentence": _sentence(publication, row.action, row.tag_key, row.months),
        "state_shown": bulk_word(row.state),
        "terms": count_terms(row),
    }

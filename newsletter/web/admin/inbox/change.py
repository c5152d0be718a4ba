"""What is done with chosen entries: place them in an issue, snooze, discard, put back."""

from datetime import datetime, timedelta

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.errors import DomainError, Refused
from newsletter.core.zones import zone_or_utc
from newsletter.curation.discard import discard_entries, restore_entries, snooze_entries
from newsletter.curation.models import Entry
from newsletter.curation.place import place_entries
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.accounts.destinations import own_path
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.admin.inbox.listing import MOST_IDS
from newsletter.web.admin.paging import read_id
from newsletter.web.database import session

MORNING = 8  # o'clock in the publication's zone, when snoozed entries come back
SNOOZES = {"tomorrow": 1, "week": 7}  # days


@blueprint.post(f"{LIST}/place")
@allow(Permission.EDIT_ISSUES)
def place(slug: str) -> AnyResponse:
    """Append the chosen entries to a section."""
    publication = find_publication(session(), slug)
    issue_id, _colon, section_id = request.form.get("target", "").partition(":")
    try:
        if not section_id:
            raise Refused("no_target", _("Choose an issue and a section."))
        placed = place_entries(session(), _chosen(), read_id(issue_id), section_id, author=current_actor())
    except DomainError as error:
        return _refused(publication, error)
    session().commit()
    sentence = ngettext("%(num)s entry was placed.", "%(num)s entries were placed.", len(placed.entries))
    flash(sentence, "success")
    return _back(publication)


@blueprint.post(f"{LIST}/discard")
@allow(Permission.EDIT_ISSUES)
def discard(slug: str) -> AnyResponse:
    """Take the chosen entries out; the next page offers to undo it."""
    publication = find_publication(session(), slug)
    try:
        found = discard_entries(session(), publication.id, _chosen())
    except DomainError as error:
        return _refused(publication, error)
    session().commit()
    ids = ",".join(str(entry.id) for entry in found)
    return redirect(url_for(".inbox", slug=slug, discarded=ids), 303)


@blueprint.post(f"{LIST}/restore")
@allow(Permission.EDIT_ISSUES)
def restore(slug: str) -> AnyResponse:
    """Put discarded or used entries back."""
    publication = find_publication(session(), slug)
    try:
        found = restore_entries(session(), publication.id, _chosen())
    except DomainError as error:
        return _refused(publication, error)
    session().commit()
    flash(
        ngettext("%(num)s entry is back in the inbox.", "%(num)s entries are back in the inbox.", len(found)),
        "success",
    )
    return _back(publication)


@blueprint.post(f"{LIST}/snooze")
@allow(Permission.EDIT_ISSUES)
def snooze(slug: str) -> AnyResponse:
    """Hide the chosen entries until a morning, or show them again."""
    publication = find_publication(session(), slug)
    until = _morning(publication, request.form.get("until", ""))
    try:
        found = snooze_entries(session(), publication.id, _chosen(), until)
    except DomainError as error:
        return _refused(publication, error)
    session().commit()
    flash(_snoozed(found, until), "success")
    return _back(publication)


def _chosen() -> list[int]:
    """The ids in the form, in its order; `Refused` when there are none."""
    ids = [number for text in request.form.getlist("entry")[:MOST_IDS] if (number := read_id(text))]
    if not ids:
        raise Refused("nothing_chosen", _("Choose at least one entry first."))
    return ids


def _morning(publication: Publication, until: str) -> datetime | None:
    if until not in SNOOZES:
        return None
    there = clock.now().astimezone(zone_or_utc(publication.timezone))
    day = (there + timedelta(days=SNOOZES[until])).replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return day.astimezone(clock.now().tzinfo)


def _snoozed(found: list[Entry], until: datetime | None) -> str:
    if until is None:
        shown = ngettext("%(num)s entry is shown again.", "%(num)s entries are shown again.", len(found))
        return str(shown)
    return str(ngettext("%(num)s entry is snoozed.", "%(num)s entries are snoozed.", len(found)))


def _refused(publication: Publication, error: DomainError) -> AnyResponse:
    session().rollback()
    flash(error.message, "error")
    return _back(publication)


def _back(publication: Publication) -> AnyResponse:
    """To the page whose form was sent."""
    inbox = url_for(".inbox", slug=publication.slug)
    came_from = own_path(request.form.get("back", "")) or inbox
    ours = (inbox, f"{request.script_root}/admin/inbox/")
    return redirect(came_from if came_from.startswith(ours) else inbox, 303)

"""`/admin/p/<publication>/inbox`: what was collected, newest first."""

from typing import Any

from flask import render_template, request, url_for

from newsletter.accounts.permissions import Permission
from newsletter.core.text import one_line
from newsletter.curation.feeds.find import count_stopped
from newsletter.curation.listing import (
    EntryFilter,
    Shelf,
    count_shelves,
    list_entries,
    list_outlets,
    list_tags,
)
from newsletter.curation.models import EntryState, Via
from newsletter.curation.seen import seen_elsewhere
from newsletter.curation.targets import list_targets
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow
from newsletter.web.admin.inbox.address import address_of
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.admin.inbox.clip import bookmarklet
from newsletter.web.admin.paging import asked_id, read_id
from newsletter.web.database import session

LONGEST_SEARCH = 200
MOST_IDS = 200


@blueprint.get(LIST)
@allow(Permission.VIEW)
def inbox(slug: str) -> str:
    """The entries that match, a page at a time; those that are being fetched keep themselves up to date."""
    return render_template("admin/inbox/list.html", **page_of(find_publication(session(), slug)))


def page_of(publication: Publication, **more: Any) -> dict[str, Any]:
    """What the page shows; `more` is what was typed, and what is wrong with it."""
    wanted = read_filter()
    page = list_entries(
        session(), publication.id, wanted, older_than=asked_id("before"), newer_than=asked_id("after")
    )
    facts = {
        "publication": publication,
        "wanted": wanted,
        "page": page,
        "counts": count_shelves(session(), publication.id),
        "outlets": _options(list_outlets(session(), publication.id), wanted.outlet),
        "tags": _options(list_tags(session(), publication.id), wanted.tag),
        "seen": seen_elsewhere(session(), page.entries),
        "targets": list_targets(session(), publication),
        "fetching": [f"entry-{entry.id}" for entry in page.entries if entry.state is EntryState.FETCHING],
        "undo": read_ids(request.args.get("discarded", "")),
        "page_url": lambda shelf, **place: page_url(publication.slug, wanted, shelf, place),
        "feeds_stopped": count_stopped(session(), publication.id),
        "bookmarklet": bookmarklet(publication),
        "address": address_of(publication),
        "text": "",
        "problem": "",
    }
    return facts | more


def _options(names: list[str], wanted: str) -> list[tuple[str, str]]:
    """What can be chosen; what is filtered by is there even when nothing has it any more."""
    return [(name, name) for name in dict.fromkeys((*names, *filter(None, [wanted])))]


def read_filter() -> EntryFilter:
    """The filter in the query; what means nothing is ignored."""
    shelf = request.args.get("shelf", "")
    return EntryFilter(
        shelf=Shelf(shelf) if shelf in set(Shelf) else Shelf.NEW,
        via=Via(via) if (via := request.args.get("via", "")) in set(Via) else None,
        feed_id=asked_id("feed"),
        outlet=one_line(request.args.get("outlet", ""))[:LONGEST_SEARCH],
        tag=one_line(request.args.get("tag", ""))[:LONGEST_SEARCH],
        words=one_line(request.args.get("q", ""))[:LONGEST_SEARCH],
    )


def read_ids(text: str) -> list[int]:
    """Ids with commas between them; what is none is ignored."""
    return [number for part in text.split(",")[:MOST_IDS] if (number := read_id(part))]


def page_url(slug: str, wanted: EntryFilter, shelf: Shelf, place: dict[str, Any]) -> str:
    """The inbox with this filter on another shelf, or at another place."""
    asked: dict[str, Any] = {
        "shelf": shelf if shelf is not Shelf.NEW else "",
        "q": wanted.words,
        "via": wanted.via,
        "feed": wanted.feed_id,
        "outlet": wanted.outlet,
        "tag": wanted.tag,
    } | place
    return url_for(".inbox", slug=slug, **{name: value for name, value in asked.items() if value})

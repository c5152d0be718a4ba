"""`/admin/p/<publication>/subscribers`: who subscribes, found by state, address and name; as CSV, too."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, stream_with_context, url_for
from werkzeug.datastructures import MultiDict

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.subscribers.listing import (
    FILTERS,
    Listed,
    Wanted,
    count_filters,
    every_subscription,
    list_subscriptions,
)
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.mailings.blueprint import cursor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.words import state_meaning
from newsletter.web.csv_lines import Cell, csv_lines
from newsletter.web.database import session

LONGEST_SEARCH = 254  # an address has no more (RFC 5321 §4.5.3.1.3)
# In the order in which people think of them.
TABS = ("active", "pending", "paused", "ended", "suppressed")
# Names for programs, so they are not translated; the first two are those that an import reads.
HEADER: tuple[Cell, ...] = (
    *("email", "name", "state", "ended_reason", "suppressed", "language"),
    *("created_at", "confirmed_at", "paused_until", "ended_at"),
)
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"


@blueprint.get(LIST)
@allow(Permission.VIEW)
def subscribers(slug: str) -> str:
    """Newest first, a page at a time."""
    publication = find_publication(session(), slug)
    wanted = _read_wanted(request.args)
    older, newer = cursor(request.args.get("before", "")), cursor(request.args.get("after", ""))
    page = list_subscriptions(session(), publication.id, wanted, older_than=older, newer_than=newer)
    counts = count_filters(session(), publication.id)
    return render_template(
        "admin/subscribers/list.html",
        publication=publication,
        wanted=wanted,
        page=page,
        counts=counts,
        tabs=TABS,
        meaning=state_meaning(wanted.state) if wanted.state else "",
        page_url=lambda state, **place: _page_url(slug, state, wanted.words, place),
    )


@blueprint.post(f"{LIST}/export")
@allow(Permission.MANAGE_SUBSCRIBERS)
def export(slug: str) -> Response:
    """What the filter shows as CSV (RFC 4180), read and sent a piece at a time; times are in UTC (RFC 3339).

    A POST, because who took a copy of everybody's address is written down.
    """
    publication = find_publication(session(), slug)
    wanted = _read_wanted(request.form)
    audit.record(
        session(),
        "subscribers.exported",
        "publication",
        publication.id,
        actor=current_actor(),
        state=wanted.state,
        searched=bool(wanted.words),
    )
    session().commit()
    body = csv_lines(_rows(publication.id, wanted))
    response = Response(stream_with_context(body), content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{publication.slug}-subscribers.csv"'
    return response


def _read_wanted(given: MultiDict[str, str]) -> Wanted:
    """The filter in the query or the form: words that mean nothing are ignored."""
    state = given.get("state", "")
    words = " ".join(given.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH]
    return Wanted(state if state in FILTERS else "", words)


def _page_url(slug: str, state: str, words: str, place: dict[str, int]) -> str:
    asked: dict[str, Any] = {"state": state, "q": words} | place
    return url_for(".subscribers", slug=slug, **{name: value for name, value in asked.items() if value})


def _rows(publication_id: int, wanted: Wanted) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for one in every_subscription(session(), publication_id, wanted):
        yield _row(one)


def _row(one: Listed) -> tuple[Cell, ...]:
    moments = (one.created_at, one.confirmed_at, one.paused_until, one.ended_at)
    told = [moment.isoformat(timespec="seconds") if moment else "" for moment in moments]
    return (one.email, one.name, one.state, one.ended_reason, one.suppressed, one.language, *told)

"""`/admin/p/<publication>/subscribers`: who subscribes, found by state, address and name; as CSV, too."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core.text import one_line
from newsletter.deferred.suspects import count_suspects
from newsletter.publications.find import find_publication
from newsletter.subscribers.listing import (
    FILTERS,
    SubscriptionFilter,
    SubscriptionRow,
    count_filters,
    every_subscription,
    list_subscriptions,
)
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.subscribers import state_meaning
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

LONGEST_SEARCH = 254  # an address has no more (RFC 5321 §4.5.3.1.3)
# In the order in which people think of them.
TABS = ("active", "pending", "paused", "ended", "suppressed")
# Names for programs, so they are not translated; the first two are those that an import reads.
HEADER: tuple[Cell, ...] = (
    *("email", "name", "state", "ended_reason", "suppressed", "language"),
    *("created_at", "confirmed_at", "paused_until", "ended_at"),
)


@blueprint.get(LIST)
@allow(Permission.VIEW)
def subscribers(slug: str) -> str:
    """Newest first, a page at a time."""
    publication = find_publication(session(), slug)
    wanted = _read_wanted(request.args)
    page = list_subscriptions(
        session(), publication.id, wanted, older_than=asked_id("before"), newer_than=asked_id("after")
    )
    counts = count_filters(session(), publication.id)
    return render_template(
        "admin/subscribers/list.html",
        publication=publication,
        wanted=wanted,
        page=page,
        counts=counts,
        tabs=TABS,
        suspects=count_suspects(session(), publication),
        meaning=state_meaning(wanted.state) if wanted.state else "",
        page_url=lambda state, **place: _page_url(slug, state, wanted.words, place),
    )


@blueprint.post(f"{LIST}/export")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
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
        ip=request.remote_addr or "",
        state=wanted.state,
        searched=bool(wanted.words),
    )
    session().commit()
    return csv_response(_rows(publication.id, wanted), f"{publication.slug}-subscribers.csv")


def _read_wanted(given: MultiDict[str, str]) -> SubscriptionFilter:
    """The filter in the query or the form: words that mean nothing are ignored."""
    state = given.get("state", "")
    words = one_line(given.get("q", ""))[:LONGEST_SEARCH]
    return SubscriptionFilter(state if state in FILTERS else "", words)


def _page_url(slug: str, state: str, words: str, place: dict[str, int]) -> str:
    asked: dict[str, Any] = {"state": state, "q": words} | place
    return url_for(".subscribers", slug=slug, **{name: value for name, value in asked.items() if value})


def _rows(publication_id: int, wanted: SubscriptionFilter) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for listed in every_subscription(session(), publication_id, wanted):
        yield _row(listed)


def _row(of: SubscriptionRow) -> tuple[Cell, ...]:
    moments = (of.created_at, of.confirmed_at, of.paused_until, of.ended_at)
    times = [moment.isoformat(timespec="seconds") if moment else "" for moment in moments]
    return (of.email, of.name, of.state, of.ended_reason, of.suppressed, of.language, *times)

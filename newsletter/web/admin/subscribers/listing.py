"""`/admin/p/<publication>/subscribers`: who subscribes, found by state, address and name."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from newsletter.accounts.permissions import Permission
from newsletter.core.text import one_line
from newsletter.deferred.suspects import count_suspects
from newsletter.publications.find import find_publication
from newsletter.subscribers.listing import (
    FILTERS,
    SubscriptionFilter,
    count_filters,
    list_subscriptions,
)
from newsletter.web.admin.guard import allow
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.subscribers import state_meaning
from newsletter.web.database import session

LONGEST_SEARCH = 254  # an address has no more (RFC 5321 §4.5.3.1.3)
# In the order in which people think of them.
TABS = ("active", "pending", "paused", "ended", "suppressed")


@blueprint.get(LIST)
@allow(Permission.VIEW)
def subscribers(slug: str) -> str:
    """Newest first, a page at a time."""
    publication = find_publication(session(), slug)
    wanted = read_wanted(request.args)
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


def read_wanted(given: MultiDict[str, str]) -> SubscriptionFilter:
    """The filter in the query or the form: words that mean nothing are ignored."""
    state = given.get("state", "")
    words = one_line(given.get("q", ""))[:LONGEST_SEARCH]
    return SubscriptionFilter(state if state in FILTERS else "", words)


def _page_url(slug: str, state: str, words: str, place: dict[str, int]) -> str:
    asked: dict[str, Any] = {"state": state, "q": words} | place
    return url_for(".subscribers", slug=slug, **{name: value for name, value in asked.items() if value})

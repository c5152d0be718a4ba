"""`/admin/p/<publication>/subscribers`: who subscribes, found by state, address, name, segment and rules."""

from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.deferred.suspects import count_suspects
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.segments.find import list_segments
from newsletter.segments.names import look_up
from newsletter.segments.sentences import Line, describe
from newsletter.subscribers.find import has_subscriptions
from newsletter.subscribers.listing import (
    SubscriptionPage,
    count_filters,
    count_subscribers,
    list_subscriptions,
)
from newsletter.web.admin.guard import allow
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers import columns
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.subscribers.filter import PeopleFilter, list_url, narrowed_by, read_filter
from newsletter.web.admin.words.subscribers import state_meaning
from newsletter.web.database import session

# In the order in which people think of them; a segment and rules choose among those who subscribe.
TABS = ("active", "pending", "paused", "ended", "suppressed")
NARROWED_TABS = ("active", "paused", "suppressed")


@blueprint.get(LIST)
@allow(Permission.VIEW)
def subscribers(slug: str) -> AnyResponse:
    """Newest first, a page at a time; the counts are asked for by the page itself, unless with `counted`."""
    publication = find_publication(session(), slug)
    asked = read_filter(request.args, publication)
    page, problem = _page_of(publication, asked)
    shown = columns.shown_columns(publication)
    html = render_template(
        "admin/subscribers/list.html",
        publication=publication,
        asked=asked,
        wanted=asked.wanted,
        page=page,
        problem=problem,
        suspects=count_suspects(session(), publication),
        tabs=NARROWED_TABS if asked.narrows else TABS,
        nobody=not asked and not page.rows and not has_subscriptions(session(), publication.id),
        meaning=state_meaning(asked.wanted.state) if asked.wanted.state else "",
        segments=list_segments(session(), publication),
        lines=_lines(publication, asked),
        columns=columns.columns_of(publication),
        shown=shown,
        tags=columns.tags_by_subscriber(publication, page.rows, shown),
        attribute_text=columns.attribute_text,
        places=_places(page),
        page_url=lambda **other: list_url(slug, asked.query | other),
        **(_counts(publication, asked) if "counted" in request.args and not problem else {}),
    )
    return make_response(html, 400 if problem else 200)


@blueprint.get(f"{LIST}/counts")
@allow(Permission.VIEW)
def counts(slug: str) -> str:
    """How many the filter finds, and how many are in each state: the parts of the page that take longer."""
    publication = find_publication(session(), slug)
    asked = read_filter(request.args, publication)
    return render_template(
        "admin/subscribers/_counts.html",
        publication=publication,
        asked=asked,
        wanted=asked.wanted,
        tabs=NARROWED_TABS if asked.narrows else TABS,
        page_url=lambda **other: list_url(slug, asked.query | other),
        **_counts(publication, asked),
    )


def _page_of(publication: Publication, asked: PeopleFilter) -> tuple[SubscriptionPage, str]:
    """The page, or an empty one and why nobody can be chosen."""
    try:
        narrowed = narrowed_by(publication, asked)
    except Refused as error:
        return SubscriptionPage([], newer=False, older=False), error.message
    place = {"older_than": asked_id("before"), "newer_than": asked_id("after")}
    return list_subscriptions(session(), publication.id, asked.wanted, narrowed=narrowed, **place), ""


def _counts(publication: Publication, asked: PeopleFilter) -> dict[str, Any]:
    """`counts` of the states where no rules choose; `found`: how many the filter finds, if it is one."""
    narrowed = narrowed_by(publication, asked)
    by_state = count_filters(session(), publication.id) if narrowed is None else {}
    if narrowed is None and not asked.wanted.words:
        return {"counts": by_state, "found": by_state[asked.wanted.state or "total"]}
    return {
        "counts": by_state,
        "found": count_subscribers(session(), publication.id, asked.wanted, narrowed),
    }


def _lines(publication: Publication, asked: PeopleFilter) -> list[Line]:
    """The rules of the address in words."""
    if asked.rules is None:
        return []
    return describe(asked.rules, look_up(session(), publication, asked.rules, clock.now()))


def _places(page: SubscriptionPage) -> dict[str, dict[str, int]]:
    """From where the page's neighbours go on."""
    after, before = asked_id("after"), asked_id("before")
    newest = page.rows[0].id if page.rows else max(before - 1, 0)
    oldest = page.rows[-1].id if page.rows else after + 1
    newer = page.stopped_at if after and page.stopped_at else newest
    older = oldest if after else page.stopped_at or oldest
    return {"newer": {"after": newer}, "older": {"before": older}}

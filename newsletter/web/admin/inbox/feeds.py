"""`/admin/p/<publication>/inbox/feeds`: the feeds, how they are, and how to add some."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Refused
from newsletter.core.text import without_nul
from newsletter.curation.feeds.add import add_feed, import_opml
from newsletter.curation.feeds.find import find_feed, list_feeds, poll_soon, remove_feed
from newsletter.curation.models import Feed
from newsletter.pages.opml import LONGEST_FILE, OpmlFeed, write_opml
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.database import session
from newsletter.web.errors import STATUS

FEEDS = f"{LIST}/feeds"
ONE_FEED = "/feeds/<int:feed_id>"


@blueprint.get(FEEDS)
@allow(Permission.VIEW)
def feeds(slug: str) -> str:
    """Those with a problem first."""
    return _page(find_publication(session(), slug))


@blueprint.post(FEEDS)
@allow(Permission.EDIT_ISSUES)
def add_one(slug: str) -> AnyResponse:
    """Add the feed at an address; a worker polls it at once."""
    publication = find_publication(session(), slug)
    url = without_nul(request.form.get("url", ""))
    try:
        add_feed(session(), publication, url, actor=current_actor())
    except DomainError as error:
        session().rollback()
        return make_response(_page(publication, url=url, problems=error.fields), STATUS[error.decision])
    session().commit()
    flash(_("The feed is added. Its newest items will be in the inbox in a moment."), "success")
    return redirect(url_for(".feeds", slug=slug), 303)


@blueprint.post(f"{FEEDS}/import")
@allow(Permission.EDIT_ISSUES)
def import_feeds(slug: str) -> AnyResponse:
    """Add every feed of an OPML file."""
    publication = find_publication(session(), slug)
    file = request.files.get("file")
    octets = file.read(LONGEST_FILE + 1) if file else b""
    try:
        if not octets:
            raise Refused("no_file", _("Choose an OPML file."), {"file": _("Choose an OPML file.")})
        result = import_opml(session(), publication, octets, actor=current_actor())
    except DomainError as error:
        session().rollback()
        problems = {"file": error.message}
        return make_response(_page(publication, problems=problems), STATUS[error.decision])
    session().commit()
    count = len(result.added)
    flash(ngettext("%(num)s feed was added.", "%(num)s feeds were added.", count), "success")
    if result.unusable:
        flash(
            ngettext(
                "%(num)s feed was skipped: its address cannot be fetched.",
                "%(num)s feeds were skipped: their addresses cannot be fetched.",
                result.unusable,
            ),
            "warning",
        )
    return redirect(url_for(".feeds", slug=slug), 303)


@blueprint.get(f"{FEEDS}.opml")
@allow(Permission.VIEW)
def export_feeds(slug: str) -> Response:
    """All feeds as OPML, for another reader."""
    publication = find_publication(session(), slug)
    listed = [
        OpmlFeed(feed.title or feed.url, feed.url, feed.folder)
        for feed in list_feeds(session(), publication.id)
    ]
    response = make_response(write_opml(publication.name, listed))
    response.headers["Content-Type"] = "text/x-opml; charset=utf-8"
    return response


@blueprint.post(f"{ONE_FEED}/poll")
@allow(Permission.EDIT_ISSUES)
def poll(feed_id: int) -> AnyResponse:
    """Poll a feed now; one that was stopped is tried anew."""
    feed = find_feed(session(), feed_id)
    poll_soon(session(), feed)
    session().commit()
    flash(_("The feed is being polled now."), "success")
    return _back(feed)


@blueprint.post(f"{ONE_FEED}/remove")
@allow(Permission.EDIT_ISSUES)
def remove(feed_id: int) -> AnyResponse:
    """Poll it no more; adding it again brings it back."""
    feed = remove_feed(session(), feed_id, actor=current_actor())
    session().commit()
    flash(_("The feed was removed. Its entries stay in the inbox."), "success")
    return _back(feed)


def _page(publication: Publication, **more: Any) -> str:
    shown = {"url": "", "problems": {}} | more
    listed = list_feeds(session(), publication.id)
    return render_template("admin/inbox/feeds.html", publication=publication, feeds=listed, **shown)


def _back(feed: Feed) -> AnyResponse:
    publication = session().get(Publication, feed.publication_id)
    assert publication is not None  # noqa: S101 - a foreign key
    return redirect(url_for(".feeds", slug=publication.slug), 303)

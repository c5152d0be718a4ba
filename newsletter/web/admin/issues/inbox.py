"""`/admin/issues/<id>/inbox`: the publication's inbox beside the issue, as JSON for the editor's script.

GET lists what waits, each entry with the item it would become, and what the issue uses; POST adds links;
`…/inbox/<entry>` is one entry with the text of its page. That an entry became an item is told when the issue
is saved (`change.py`).
"""

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Missing, Refused
from newsletter.core.text import one_line
from newsletter.curation.add import add_urls
from newsletter.curation.find import find_entry
from newsletter.curation.listing import EntryFilter, Shelf, list_entries
from newsletter.curation.models import Entry, EntryState, Via
from newsletter.curation.place import item_of, links_of
from newsletter.curation.seen import Seen, seen_elsewhere
from newsletter.curation.trouble_text import trouble_text
from newsletter.curation.use import entries_used_by, unusable
from newsletter.issues.edit import state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.pages.canonical_url import canonical_url
from newsletter.stories.record import url_key
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue, refusal
from newsletter.web.admin.paging import asked_id
from newsletter.web.database import session

PAGE = 30
LONGEST_SEARCH = 200
MOST_PASTED = 100


@blueprint.get("/issues/<int:issue_id>/inbox")
@allow(Permission.EDIT_ISSUES)
def inbox(issue_id: int) -> Response:
    """What waits, newest first, a page at a time; `q` has words, `before` the last entry shown."""
    issue = load_issue(issue_id)
    words = one_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    wanted = EntryFilter(shelf=Shelf.NEW, words=words)
    page = list_entries(session(), issue.publication_id, wanted, older_than=asked_id("before"), most=PAGE)
    seen = seen_elsewhere(session(), page.entries)
    return jsonify(
        entries=[_row(entry, seen[entry.id]) for entry in page.entries],
        older=page.older,
        used=used_facts(issue),
        etag=state_of(find_revision(session(), issue)),
    )


@blueprint.get("/issues/<int:issue_id>/inbox/<int:entry_id>")
@allow(Permission.EDIT_ISSUES)
def inbox_entry(issue_id: int, entry_id: int) -> Response:
    """One entry, with the text of its page."""
    try:
        issue = load_issue(issue_id)
        entry = find_entry(session(), entry_id)
        if entry.publication_id != issue.publication_id:
            raise Missing("no_entry", _("This link is not in the inbox of this publication."))
    except DomainError as error:
        return refusal(error)
    facts = _row(entry, seen_elsewhere(session(), [entry])[entry.id])
    return jsonify(facts | {"text": entry.text, "note": entry.note, "unusable": unusable(entry)})


@blueprint.post("/issues/<int:issue_id>/inbox")
@allow(Permission.EDIT_ISSUES)
def add_to_inbox(issue_id: int) -> Response:
    """Add the links in `urls`; the answer has the entry of each, in their order."""
    try:
        publication = load_issue(issue_id).publication
        urls = _asked_urls()
        keys = [url_key(canonical_url(url)) for url in urls]
        added = add_urls(session(), publication, urls, via=Via.PASTE, actor=current_actor())
    except DomainError as error:
        return refusal(error)
    session().commit()
    by_key = dict(zip(dict.fromkeys(keys), added, strict=True))  # the same link twice is one entry
    entries = [by_key[key] for key in keys]
    seen = seen_elsewhere(session(), entries)
    return jsonify(entries=[_row(entry, seen[entry.id]) for entry in entries])


def used_facts(issue: Issue) -> list[dict[str, Any]]:
    """The entries that an issue uses: the links of their items, and what is still waited for."""
    return [
        {
            "id": entry.id,
            "links": links_of(entry),
            "is_read": entry.picture_wanted or entry.fetch_after is None,
            "is_complete": entry.fetch_after is None,
        }
        for entry in entries_used_by(session(), issue)
    ]


def _row(entry: Entry, seen: Seen) -> dict[str, Any]:
    try:
        item, problem = item_of(entry).model_dump(mode="json"), ""
    except Refused as error:
        item, problem = None, error.message
    return {
        "id": entry.id,
        "url": entry.url,
        "headline": entry.headline,
        "outlet": entry.outlet,
        "byline": entry.byline,
        "published": entry.published[:10],
        "added": entry.created_at.isoformat(),
        "is_fetching": entry.state is EntryState.FETCHING,
        "trouble": trouble_text(entry),
        "seen": _seen_words(seen),
        "item": item,
        "problem": problem,
        "page": url_for("admin_inbox.show", entry_id=entry.id),
    }


def _seen_words(seen: Seen) -> list[str]:
    words = [
        _("Ran in No. %(number)s", number=issue.number)
        if issue.number
        else _("In “%(title)s”", title=issue.title)
        for issue in seen.issues
    ]
    also = [_("Also from %(outlets)s", outlets=", ".join(seen.outlets))] if seen.outlets else []
    return [str(word) for word in words + also]


def _asked_urls() -> list[str]:
    value = request.get_json(silent=True)
    urls = value.get("urls") if isinstance(value, dict) else None
    if not isinstance(urls, list) or not urls or len(urls) > MOST_PASTED:
        raise Refused("bad_links", _("Name between 1 and %(most)s links.", most=MOST_PASTED))
    if not all(isinstance(url, str) and url.startswith(("https://", "http://")) for url in urls):
        raise Refused("bad_links", _("A link begins with https:// or http://."))
    return [url.replace("\0", "") for url in urls]

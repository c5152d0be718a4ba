"""`/dev/mailbox`: what the embedded SMTP server caught, for whoever runs this on their own machine.

The messages hold links that confirm and that sign people in, so these pages exist only where nobody else
can look: with the embedded SMTP server, bound to loopback. `web.dev.access` says who may look there.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.host_names import is_loopback
from newsletter.settings import Settings
from newsletter.smtp.mailbox import Summary, clear, list_messages, read_message
from newsletter.smtp.mailbox.store import message_ids
from newsletter.web.current import settings
from newsletter.web.dev.access import only_with_the_secret
from newsletter.web.dev.caught_email import CaughtEmail, Row, as_caught_email, as_row, with_links_in_new_tabs
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY

PAGE = 50
MOST_AT_ONCE = 500
VIEWS = ("html", "text", "headers", "raw")

blueprint = Blueprint("dev_mailbox", __name__)
only_with_the_secret(blueprint)


def belongs_here(settings: Settings) -> bool:
    """Whether an installation with these settings may have the pages at all."""
    public_host = urlsplit(settings.effective_public_url).hostname or ""
    return settings.uses_embedded_smtp and is_loopback(settings.host) and is_loopback(public_host)


@blueprint.get("/dev/mailbox")
def index() -> str:
    """The newest messages, those older than `before`, or those to a `recipient`."""
    recipient = request.args.get("recipient", "").strip()
    before = request.args.get("before") or None
    summaries = list(islice(_matching(recipient, before), PAGE + 1))
    messages = [as_row(summary) for summary in summaries[:PAGE]]
    older = messages[-1].id if len(summaries) > PAGE else None
    return render_template(
        "dev/mailbox_list.html",
        messages=messages,
        recipient=recipient,
        total=len(message_ids(_folder())),
        older_url=url_for(".index", recipient=recipient or None, before=older) if older else None,
        newest_url=url_for(".index", recipient=recipient or None) if before else None,
    )


@blueprint.get("/dev/mailbox.json")
def listing() -> Response:
    """The same for programs: `recipient`, `before`, and `limit` up to 500."""
    limit = min(max(request.args.get("limit", PAGE, type=int), 1), MOST_AT_ONCE)
    recipient = request.args.get("recipient", "").strip()
    summaries = islice(_matching(recipient, request.args.get("before") or None), limit)
    return jsonify(messages=[_as_json(as_row(summary)) for summary in summaries])


@blueprint.get("/dev/mailbox/<message_id>")
def message(message_id: str) -> str:
    """One message: as HTML, as text, its headers, or every octet."""
    view = request.args.get("view", "html")
    if view not in VIEWS:
        abort(404)
    newer_id, older_id = _neighbours(message_id)
    return render_template(
        "dev/mailbox_message.html",
        message=_caught_email(message_id),
        view=view,
        width=request.args.get("width"),
        newer_id=newer_id,
        older_id=older_id,
    )


@blueprint.get("/dev/mailbox/<message_id>.json")
def message_as_json(message_id: str) -> Response:
    """One message for programs: its headers and both bodies, decoded."""
    email = _caught_email(message_id)
    bodies = {"headers": email.headers, "text": email.text, "html": email.html}
    return jsonify(_as_json(email) | bodies)


@blueprint.get("/dev/mailbox/<message_id>/html")
def html(message_id: str) -> Response:
    """The HTML as it came, for a frame: without scripts, without our origin, its links in new tabs."""
    email = _caught_email(message_id)
    if not email.has_html:
        abort(404)
    response = Response(with_links_in_new_tabs(email.html), mimetype="text/html")
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


@blueprint.post("/dev/mailbox/empty")
def empty() -> AnyResponse:
    """Throw every message away. Browsers say where a POST comes from; only our own page may send it."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    if site not in {"same-origin", "none"} or (origin and urlsplit(origin).netloc != request.host):
        abort(403)
    clear(_folder())
    return redirect(url_for(".index"), 303)


def _folder() -> Path:
    return settings().mailbox_dir


def _caught_email(message_id: str) -> CaughtEmail:
    return as_caught_email(read_message(_folder(), message_id))


def _matching(recipient: str, before: str | None) -> Iterator[Summary]:
    """Newest first, the messages with `recipient` in one of their envelope's addresses."""
    wanted = recipient.casefold()
    while batch := list_messages(_folder(), PAGE, before):
        yield from (summary for summary in batch if any(wanted in to.casefold() for to in summary.recipients))
        before = batch[-1].id


def _neighbours(message_id: str) -> tuple[str | None, str | None]:
    """The ids of the next newer and the next older message."""
    ids = message_ids(_folder())
    newer = next((id_ for id_ in ids if id_ > message_id), None)
    older = next((id_ for id_ in reversed(ids) if id_ < message_id), None)
    return newer, older


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "date": row.date.isoformat(),
        "sender": row.sender,
        "recipients": row.recipients,
        "subject": row.subject,
        "size": row.size,
        "url": url_for(".message", message_id=row.id, _external=True),
    }

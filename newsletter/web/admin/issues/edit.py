"""`/admin/issues/<id>/edit`: the page of the issue editor, with everything its script begins with."""

from functools import cache
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _

from newsletter.accounts.permissions import Permission
from newsletter.core.i18n import direction
from newsletter.corrections.erratum import offered_errata
from newsletter.document.blocks import BLOCKS
from newsletter.document.schema import editor_schema
from newsletter.document.walk import images
from newsletter.issues.edit import editor_json, state_of
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.patch import MOST_OPERATIONS
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import Mailing, MailingState
from newsletter.media.variants import find_sources, served
from newsletter.publications.models import Publication
from newsletter.segments.find import list_segments
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.topics.models import Topic
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.inbox import used_facts
from newsletter.web.admin.issues.locked import locked_sentence
from newsletter.web.admin.issues.upload import SHOWN_WIDTH
from newsletter.web.assets_manifest import built_files
from newsletter.web.current import links, local_links
from newsletter.web.database import session
from newsletter.web.headers import CONTENT_SECURITY_POLICY

SCRIPT = "editor.js"
STYLE = "editor.css"
# A document may show pictures of other sites, as its readers will see them.
WITH_FOREIGN_IMAGES = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' https: blob:")


@blueprint.get("/issues/<int:issue_id>/edit")
@allow(Permission.EDIT_ISSUES)
def edit(issue_id: int) -> Response:
    """The editor; without its built script, a page that says what to do."""
    issue = load_issue(issue_id)
    built = built_files()
    response = make_response(
        render_template(
            "admin/issues/edit.html",
            issue=issue,
            publication=issue.publication,
            page_data=page_data(issue),
            errata=[
                (each, find_issue(session(), each.issue_id)) for each in offered_errata(session(), issue)
            ],
            script=SCRIPT if SCRIPT in built else "",
            style=STYLE if STYLE in built else "",
        )
    )
    response.headers["Content-Security-Policy"] = WITH_FOREIGN_IMAGES
    return response


def page_data(issue: Issue) -> dict[str, Any]:
    """What the script of the editor needs to know; plain JSON values."""
    publication = issue.publication
    revision = find_revision(session(), issue)
    document = load_document(revision)
    mailing = current_mailing(session(), issue.id)
    rows = find_sources(session(), {image.src for _, image in images(document)})
    return {
        "issueId": issue.id,
        "title": issue.title,
        "publication": {
            "slug": publication.slug,
            "name": publication.name,
            "language": publication.language,
            "dir": direction(document.language or publication.language),
        },
        "document": editor_json(document),
        "etag": state_of(revision),
        "used": used_facts(issue),
        "locked": mailing is not None,
        "lockedSentence": locked_sentence(mailing),
        "urls": _urls(issue, mailing),
        "schema": _document_schema(),
        "blocks": [{"type": block.key, "label": block.label} for block in BLOCKS],
        "media": {source: served(local_links(), row, SHOWN_WIDTH).url for source, row in rows.items()},
        "mergeFields": _merge_fields(),
        "readers": _readers(publication),
        "limits": {"operations": MOST_OPERATIONS},
        "user": current_actor(),
    }


def _readers(publication: Publication) -> dict[str, list[dict[str, str]]]:
    """Whom sections can be for, by the field of `document.visibility` that names them."""
    topics = list_labels(session(), Topic, publication)
    return {
        "topics": [{"key": topic.key, "name": topic.name} for topic in topics],
        "segments": [
            {"key": segment.slug, "name": segment.name} for segment in list_segments(session(), publication)
        ],
    }


@cache
def _document_schema() -> dict[str, Any]:
    """Which kinds of section and fields there are, with their limits and defaults."""
    return editor_schema()


def _urls(issue: Issue, mailing: Mailing | None) -> dict[str, str]:
    own: dict[str, Any] = {"issue_id": issue.id}
    waits = mailing is not None and mailing.state is MailingState.SCHEDULED
    slug = issue.publication.slug
    published = {"web": links().issue(slug, issue.slug)} if issue.published_revision else {}
    leaves = {"next": url_for(".new", slug=slug, like=issue.id)} if mailing and not waits else {}
    return {
        "document": url_for(".document", **own),
        "preview": url_for(".preview", **own),
        "check": url_for(".check", **own),
        "upload": url_for(".upload", **own),
        "media": url_for(".media", key="KEY", **own).removesuffix("KEY"),
        "presence": url_for(".presence", **own),
        "inbox": url_for(".inbox", **own),
        "inboxPage": url_for("admin_inbox.inbox", slug=slug),
        "snippets": url_for(".snippets", **own),
        "snippetsPage": url_for("admin_publications.snippets", slug=slug),
        "history": url_for(".history", **own),
        "threads": url_for(".threads", **own),
        "comments": url_for(".comments", **own),
        "archive": url_for(".archive", **own),
        "languages": url_for(".languages", **own),
        "send": url_for(".send", **own),
        "issues": url_for(".issues", slug=slug),
        "signIn": url_for("accounts_sign_in.show", next=url_for(".edit", **own)),
        # Only while there is something to take back.
        **({"unschedule": url_for(".unschedule_page", **own)} if waits else {}),
        **published,
        **leaves,
    }


def _merge_fields() -> list[dict[str, str]]:
    return [
        {"name": "first_name", "label": _("First name")},
        {"name": "name", "label": _("Name")},
        {"name": "email", "label": _("Email address")},
        {"name": "publication_name", "label": _("Name of the publication")},
    ]

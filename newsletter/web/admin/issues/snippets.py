"""`/admin/issues/<id>/snippets`: the snippets that a section can show, as JSON for the editor's script."""

from typing import Any

from flask import Response, jsonify, url_for

from newsletter.accounts.permissions import Permission
from newsletter.issues.snippets.find import list_snippets
from newsletter.issues.snippets.models import Snippet
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.database import session


@blueprint.get("/issues/<int:issue_id>/snippets")
@allow(Permission.EDIT_ISSUES)
def snippets(issue_id: int) -> Response:
    """The words of each, and the page where it is edited."""
    publication = load_issue(issue_id).publication
    rows = list_snippets(session(), publication)
    return jsonify(snippets=[_row(publication.slug, snippet) for snippet in rows])


def _row(slug: str, snippet: Snippet) -> dict[str, Any]:
    return {
        "key": snippet.key,
        "title": snippet.title,
        "text": snippet.text,
        "url": snippet.url,
        "link_label": snippet.link_label,
        "page": url_for("admin_publications.edit_snippet", slug=slug, snippet_key=snippet.key),
    }

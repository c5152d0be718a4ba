"""`/admin/issues/<id>/preview`: the saved issue through the very renderer that sends, as its own document.

The answer has its own Content-Security-Policy: it may be framed by our pages and by nobody else, and nothing
in it can run; only the page of the editor reaches into it (docs/adr/0035).
"""

from flask import Response, make_response, render_template, request

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import DomainError
from newsletter.issues.compile import compile_input
from newsletter.issues.example import example_values, subscriber_values
from newsletter.issues.load import find_revision
from newsletter.publications.models import Publication
from newsletter.rendering.slot_writers import Values
from newsletter.subscribers.find import find_by_address
from newsletter.web.admin.email_preview import asked_scheme
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.preview_pages import Shown, page_of, shows_images
from newsletter.web.admin.paging import asked_id
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import PREVIEW_CONTENT_SECURITY_POLICY

NOBODY = 0  # whose links do nothing but say that they come from a test


@blueprint.get("/issues/<int:issue_id>/preview")
@allow(Permission.VIEW)
def preview(issue_id: int) -> Response:
    """`variant` html, text, list, links, reading or size; `revision` a number (else the newest); `as` a
    subscriber's address; `images=off`; `scheme` light or dark.
    """
    issue = load_issue(issue_id)
    try:
        page_for = page_of(request.args.get("variant", "html"))
        revision = find_revision(session(), issue, asked_id("revision") or None)
        given = compile_input(session(), revision, issue.publication, links())
        values = _values(issue.publication, request.args.get("as", "").strip())
        page = page_for(Shown(issue, given, values))
    except DomainError as error:
        page = render_template("admin/preview_error.html", error=error, scheme=asked_scheme())
        return _framed(make_response(page, STATUS[error.decision]))
    return _framed(make_response(page))


def _values(publication: Publication, email: str) -> Values:
    """An example reader's values or a subscriber's; in either case the links in the foot act for nobody."""
    if not email:
        values = example_values(publication, links())
    else:
        subscriber = find_by_address(session(), parse_address(email))
        values = subscriber_values(session(), publication, subscriber, links())
    return values | {
        "unsubscribe_url": links().unsubscribe(NOBODY),
        "preferences_url": links().preferences(NOBODY),
    }


def _framed(response: Response) -> Response:
    policy = PREVIEW_CONTENT_SECURITY_POLICY
    if not shows_images():
        policy = policy.replace("img-src 'self' https: data:", "img-src 'none'")
    response.headers["Content-Security-Policy"] = policy
    return response

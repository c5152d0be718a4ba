"""`/admin/issues/<id>/preview`: the saved issue through the very renderer that sends, as its own document.

The answer has its own Content-Security-Policy: it may be framed by our pages and by nobody else, and nothing
in it can run; only the page of the editor reaches into it (docs/adr/0035).
"""

from flask import Response, make_response, render_template, request

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.issues.compile import compile_input
from newsletter.issues.content import load_content
from newsletter.issues.load import find_revision
from newsletter.web.admin.email_preview import asked_scheme
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.issues.preview_pages import Shown, page_of, shows_images
from newsletter.web.admin.issues.preview_reader import asked_reader
from newsletter.web.admin.paging import asked_id
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import PREVIEW_CONTENT_SECURITY_POLICY


@blueprint.get("/issues/<int:issue_id>/preview")
@allow(Permission.VIEW)
def preview(issue_id: int) -> Response:
    """`variant` html, text, list, links, reading or size; `revision` a number (else the newest);
    `images=off`; `scheme` light, dark, or inverted: as a program shows it that inverts colours by itself;
    the reader as `asked_reader` says.
    """
    issue = load_issue(issue_id)
    try:
        page_for = page_of(request.args.get("variant", "html"))
        revision = find_revision(session(), issue, asked_id("revision") or None)
        content = load_content(session(), revision, issue.publication)
        reader = asked_reader(issue.publication, content.document)
        given = compile_input(
            session(), revision, issue.publication, links(), variant=reader.variant, content=content
        )
        page = page_for(Shown(issue, given, reader.values))
    except DomainError as error:
        page = render_template("admin/preview_error.html", error=error, scheme=asked_scheme())
        return _framed(make_response(page, STATUS[error.decision]))
    return _framed(make_response(page))


def _framed(response: Response) -> Response:
    policy = PREVIEW_CONTENT_SECURITY_POLICY
    if not shows_images():
        policy = policy.replace("img-src 'self' https: data:", "img-src 'none'")
    response.headers["Content-Security-Policy"] = policy
    return response

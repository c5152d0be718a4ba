"""`/admin/issues/<id>/preview`: the saved issue through the very renderer that sends, as its own document.

The answer has its own Content-Security-Policy: it may be framed by our pages and by nobody else, and nothing
in it can run; only the page of the editor reaches into it (docs/adr/0035).
"""

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import DomainError
from newsletter.issues.compile import compile_issue
from newsletter.issues.example import example_values, subscriber_values
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.slot_writers import Values
from newsletter.subscribers.find import find_by_address
from newsletter.web.admin.email_preview import asked_scheme, in_scheme, without_images
from newsletter.web.admin.guard import allow
from newsletter.web.admin.issues.blueprint import blueprint, load_issue
from newsletter.web.admin.paging import asked_id
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import PREVIEW_CONTENT_SECURITY_POLICY

NOBODY = 0  # whose links do nothing but say that they come from a test
# What programs for mail show of a line, in characters: a narrow phone, a wide one, a window of a computer.
LIST_WIDTHS = {"small": (38, 34), "large": (48, 80), "desktop": (70, 110)}


@blueprint.get("/issues/<int:issue_id>/preview")
@allow(Permission.VIEW)
def preview(issue_id: int) -> Response:
    """`variant` html, text or list; `revision` a number (else the newest); `as` a subscriber's address;
    `images=off`; `scheme` light or dark.
    """
    issue = load_issue(issue_id)
    variant = request.args.get("variant", "html")
    try:
        revision = find_revision(session(), issue, asked_id("revision") or None)
        compiled = compile_issue(session(), revision, issue.publication, links())
        values = _values(issue.publication, request.args.get("as", "").strip())
        page = _PAGES.get(variant, _html)(issue, compiled, values)
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


def _html(_issue: Issue, compiled: CompiledMessage, values: Values) -> str:
    html = compiled.fill_html(values)
    return in_scheme(html if _shows_images() else without_images(html), asked_scheme())


def _text(issue: Issue, compiled: CompiledMessage, values: Values) -> str:
    text = compiled.fill_text(values)
    return render_template("admin/issues/preview_text.html", issue=issue, text=text, scheme=asked_scheme())


def _list(issue: Issue, compiled: CompiledMessage, values: Values) -> str:
    publication = issue.publication
    subject, preheader = compiled.fill_subject(values), compiled.fill_preheader(values)
    # Without a preheader, programs go on with the first words of the email.
    follows = preheader or " ".join(compiled.fill_text(values).split())
    titles = {"small": _("Phone"), "large": _("Large phone"), "desktop": _("Desktop")}
    rows = [
        (titles[size], _cut(subject, of_subject), _cut(follows, of_preheader))
        for size, (of_subject, of_preheader) in LIST_WIDTHS.items()
    ]
    return render_template(
        "admin/issues/preview_list.html",
        issue=issue,
        sender=publication.sender_name or publication.name,
        rows=rows,
        missing=not preheader,
        scheme=asked_scheme(),
    )


_PAGES = {"html": _html, "text": _text, "list": _list}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _shows_images() -> bool:
    return request.args.get("images") != "off"


def _framed(response: Response) -> Response:
    policy = PREVIEW_CONTENT_SECURITY_POLICY
    if not _shows_images():
        policy = policy.replace("img-src 'self' https: data:", "img-src 'none'")
    response.headers["Content-Security-Policy"] = policy
    return response

"""`/share/<token>`: an issue that is being written, for whoever has the link, and their comments.

The token is of one share link, which expires and can be revoked. The email is a document of its own, made by
the renderer that sends, in its own sandbox. Comments that the team writes among themselves are not shown.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.comments.add import NAME_LENGTH, QUOTE_LENGTH, TEXT_LENGTH, add_shared_comment
from newsletter.comments.models import ShareLink
from newsletter.comments.share import open_link
from newsletter.comments.threads import list_threads
from newsletter.core.dates import write_day
from newsletter.core.errors import DomainError
from newsletter.core.tokens import Purpose
from newsletter.core.zones import zone_or_utc
from newsletter.issues.compile import compile_issue
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.web import limits
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from newsletter.web.public.frame import frame
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("share", __name__)
make_private(blueprint)

# What cannot be used, by the field that it is about, in the language of the page.
_PROBLEMS = {
    "name": lazy_gettext("Enter your name, at most %(most)s characters.", most=NAME_LENGTH),
    "text": lazy_gettext("Write a comment of at most %(most)s characters.", most=TEXT_LENGTH),
    "quote": lazy_gettext("This text is not in the issue. Copy it from there, or leave this empty."),
}


@blueprint.get("/share/<token>")
def issue(token: str) -> Response:
    """The issue, and what was said about it over this link."""
    link, shared = _opened(token)
    return make_response(_page(token, link, shared))


@blueprint.get("/share/<token>/email")
def email(token: str) -> Response:
    """The email as it is now, for nobody in particular."""
    _link, shared = _opened(token)
    compiled = compile_issue(
        session(), find_revision(session(), shared), shared.publication, links(), proof=True
    )
    response = make_response(compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"}))
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


@blueprint.post("/share/<token>")
def comment(token: str) -> AnyResponse:
    """Write a comment; what cannot be used stays in the form."""
    link, shared = _opened(token)
    typed = {name: request.form.get(name, "")[:20_000] for name in ("name", "quote", "text")}
    try:
        limits.consume_shared_comment()
        written = add_shared_comment(
            session(), link, shared, typed["text"], name=typed["name"], quote=typed["quote"]
        )
    except DomainError as error:
        session().rollback()
        link, shared = _opened(token)
        page = _page(token, link, shared, typed=typed, error=error)
        return make_response(page, STATUS[error.decision])
    session().commit()
    return redirect(url_for(".issue", token=token, _anchor=f"comment-{written.id}"), 303)


def _opened(token: str) -> tuple[ShareLink, Issue]:
    claim = read_token(Purpose.SHARE, token, 1)
    link = open_link(session(), claim.ids[0])
    return link, find_issue(session(), link.issue_id)


def _page(
    token: str,
    link: ShareLink,
    shared: Issue,
    *,
    typed: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> str:
    document = load_document(find_revision(session(), shared))
    fields = error.fields if error else {}
    until = link.expires_at.astimezone(zone_or_utc(shared.publication.timezone)).date()
    return render_template(
        "public/share.html",
        issue=shared,
        token=token,
        threads=list_threads(session(), shared, document, link),
        until=write_day(until, shared.publication.language, "long"),
        typed=typed or {},
        problems={name: _PROBLEMS[name] for name in fields if name in _PROBLEMS},
        problem=_sentence(error) if error and not fields else "",
        longest={"name": NAME_LENGTH, "quote": QUOTE_LENGTH, "text": TEXT_LENGTH},
        **frame(shared.publication),
    )


def _sentence(error: DomainError) -> str:
    if error.code == "too_many_comments":
        return str(_("This link has too many comments already. Please write by email."))
    return error.message

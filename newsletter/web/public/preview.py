"""`/preview/<token>`: an issue that has no page yet, for whoever got it as a test message.

The token is of one revision. The pages are as they will be in the archive: an article, and the email itself.
"""

from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.core.tokens import Purpose
from newsletter.document import Document
from newsletter.document.translate import find_edition
from newsletter.issues.compile import compile_issue
from newsletter.issues.load import load_document
from newsletter.issues.models import Revision
from newsletter.issues.published import Published
from newsletter.rendering.variant import Variant
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from newsletter.web.public.archive import WITH_FOREIGN_IMAGES, here
from newsletter.web.public.article import make_article
from newsletter.web.public.frame import frame
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("preview", __name__)
make_private(blueprint)

VALID = timedelta(days=60)


@blueprint.get("/preview/<token>")
def article(token: str) -> Response:
    """The issue as an article."""
    revision = _revision(token)
    issue = revision.issue
    shown = Published(issue, revision, load_document(revision), issue.published_at or clock.now())
    edition = _edition(shown.document)
    if edition:
        language.prefer(edition, issue.publication.language)
    article = make_article(session(), shown, issue.publication, here(), edition)
    page = render_template(
        "public/archive/preview.html",
        article=article,
        wording=article.wording,
        token=token,
        **frame(issue.publication),
    )
    response = make_response(page)
    if article.has_foreign_images:
        response.headers["Content-Security-Policy"] = WITH_FOREIGN_IMAGES
    return response


@blueprint.get("/preview/<token>/email")
def email(token: str) -> Response:
    """The email, for nobody in particular."""
    revision = _revision(token)
    variant = Variant(edition=_edition(load_document(revision)))
    compiled = compile_issue(
        session(), revision, revision.issue.publication, links(), variant=variant, proof=True
    )
    response = make_response(compiled.fill_html({"unsubscribe_url": "#", "preferences_url": "#"}))
    response.headers["Content-Security-Policy"] = EMAIL_CONTENT_SECURITY_POLICY
    return response


def _edition(document: Document) -> str:
    """The edition that is asked for; empty for the issue's own language, and for one that it has not."""
    asked = request.args.get("edition", "")
    return asked if find_edition(document, asked) else ""


def _revision(token: str) -> Revision:
    """The revision that the token names; `Missing` for one that was deleted with its issue."""
    claim = read_token(Purpose.VIEW, token, 1, max_age=VALID)
    revision = session().get(Revision, claim.ids[0])
    if revision is None:
        raise Missing("no_issue", "This issue was deleted.")
    return revision

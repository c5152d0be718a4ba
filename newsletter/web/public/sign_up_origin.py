"""What led a visitor to the sign-up form: hidden fields, filled in when it is shown, read when it is sent.

The page is kept rendered for everybody, so it has slots for them. A visitor may write anything there; what is
kept is cleaned by `subscribers.origin`.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request
from markupsafe import escape

from newsletter.issues.published import published_id
from newsletter.publications.models import Publication
from newsletter.subscribers.origin import Origin, clean_page, read_utm, write_utm
from newsletter.web.database import session
from newsletter.web.public.subscribe_form import SubscribeForm

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LONGEST_SLUG = 120
ISSUE_SLOT = "the-issue-that-its-reader-came-from"
PAGE_SLOT = "the-page-that-its-reader-came-from"
UTM_SLOT = "the-campaign-that-its-reader-came-from"


def slots_of_request() -> dict[str, str]:
    """What stands in the slots of issue and campaign: said by the URL."""
    utm = write_utm(read_utm(request.query_string.decode("latin-1")))
    return {ISSUE_SLOT: request.args.get("issue", "")[:LONGEST_SLUG], UTM_SLOT: utm}


def fill_slots(page: bytes, slots: dict[str, str], environ: "WSGIEnvironment") -> bytes:
    """The rendered form for one visitor; the page before it is named by the request's Referer."""
    for slot, value in (slots | {PAGE_SLOT: page_before(environ)}).items():
        page = page.replace(slot.encode(), escape(value).encode("utf-8", "replace"))
    return page


def page_before(environ: "WSGIEnvironment") -> str:
    """Where the visitor was before, without query (RFC 9110 §10.1.3); empty where that is our own page."""
    page = clean_page(environ.get("HTTP_REFERER", ""))
    return "" if urlsplit(page).netloc == environ.get("HTTP_HOST", "").lower() else page


def read_origin(publication: Publication, form: SubscribeForm) -> Origin:
    """What led to the form that was sent, on our page or as plain HTML on another."""
    page = form.page.data if form.page.data is not None else page_before(request.environ)
    return Origin(
        clean_page(page),
        read_utm(form.text("utm")),
        published_id(session(), publication, form.text("issue")),
    )

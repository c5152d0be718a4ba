"""`/subscribe/<publication>`: the sign-up page, and with `?embed=1` the same for a frame on another site."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from markupsafe import escape

from newsletter.core.errors import Limited
from newsletter.deferred.defer import defer_sign_up
from newsletter.issues.page_state import ID, publication_state
from newsletter.issues.published import published_id
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.signup_protection import FillTime, FormVerdict
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import CONTENT_SECURITY_POLICY
from newsletter.web.kept_answers import may_keep
from newsletter.web.limits import consume_sign_up
from newsletter.web.page_cache import Page, current_page
from newsletter.web.public.frame import frame
from newsletter.web.public.subscribe_form import SubscribeForm

blueprint = Blueprint("subscribe", __name__)

# Stand where the form says when it was shown and which issue its reader came from, in the page that is kept
# for everybody.
STAMP_SLOT = "the-moment-of-showing-this-form"
ISSUE_SLOT = "the-issue-that-its-reader-came-from"
LONGEST_SLUG = 120

# Any site may frame the small form: it asks for nothing that a click-jacker could use, and has no cookie.
EMBEDDABLE = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


@blueprint.get("/subscribe/<slug>")
def show(slug: str) -> Response:
    """The form: kept rendered, but for the moment at which it is shown."""
    kept = current_page(
        lambda session, images: publication_state(session, slug, images),
        lambda: _empty_form(slug),
        part=_embedded(),
    )
    signer, publication_id = links().signer, int(kept.state[ID])
    issue = escape(request.args.get("issue", "")[:LONGEST_SLUG])

    def stamped() -> bytes:
        stamp = signup_protection.sign_form_time(signer, publication_id)
        page = kept.page.body.replace(STAMP_SLOT.encode(), stamp.encode())
        return page.replace(ISSUE_SLOT.encode(), issue.encode("utf-8", "replace"))

    may_keep(stamped)
    return _answer(stamped(), 200)


@blueprint.post("/subscribe/<slug>")
def ask(slug: str) -> Response:
    """Take a filled-in form. Answer and time are the same for every address: a worker signs up."""
    publication, form = _publication(slug), SubscribeForm()
    passage = _inspect(publication, form)
    if passage is FormVerdict.BOT:
        return _asked(publication)
    if not form.validate():
        return _page(publication, form, status=400)
    if passage is FormVerdict.ASK_AGAIN:
        return _page(publication, form, once_more=True)
    try:
        consume_sign_up(form.address)
    except Limited as error:
        return _page(publication, form, status=429, problem=error.message)
    defer_sign_up(
        session(),
        publication=publication,
        address=form.address,
        name=form.text("name"),
        words=words(publication.name, language.current()),
        source=ConsentSource.EMBED if _embedded() else ConsentSource.FORM,
        ip=request.remote_addr or "",
        issue_id=published_id(session(), publication, form.text("issue")),
    )
    session().commit()
    return _asked(publication)


def _publication(slug: str) -> Publication:
    publication = find_publication(session(), slug)
    language.prefer(publication.language)
    return publication


def _inspect(publication: Publication, form: SubscribeForm) -> FormVerdict:
    fill_time = FillTime(fastest=timedelta(seconds=current_app.config.get("SIGN_UP_FASTEST_SECONDS", 2)))
    return signup_protection.check_form(
        links().signer,
        shown_at=form.stamp.data or "",
        publication_id=publication.id,
        honeypot=form.website.data or "",
        fill_time=fill_time,
    )


def _embedded() -> bool:
    return request.args.get("embed") == "1"


def _page(
    publication: Publication,
    form: SubscribeForm,
    *,
    status: int = 200,
    problem: str = "",
    once_more: bool = False,
) -> Response:
    stamp = signup_protection.sign_form_time(links().signer, publication.id)
    return _answer(_form(publication, form, stamp, problem=problem, once_more=once_more), status)


def _empty_form(slug: str) -> Page:
    publication = find_publication(session(), slug)
    form = SubscribeForm(sent=False)
    form.issue.data = ISSUE_SLOT
    return Page(_form(publication, form, STAMP_SLOT).encode())


def _form(
    publication: Publication,
    form: SubscribeForm,
    stamp: str,
    *,
    problem: str = "",
    once_more: bool = False,
) -> str:
    lang = language.current()
    return render_template(
        "public/subscribe.html",
        form=form,
        # The language goes along: the words that are kept are the words that were read.
        action=url_for(".ask", slug=publication.slug, lang=lang, embed="1" if _embedded() else None),
        stamp=stamp,
        consent=words(publication.name, lang).text,
        problem=problem,
        once_more=once_more,
        embed=_embedded(),
        **frame(publication),
    )


def _asked(publication: Publication) -> Response:
    again = url_for(".show", slug=publication.slug, embed="1" if _embedded() else None)
    page = render_template(
        "public/subscribe_asked.html", again_url=again, embed=_embedded(), **frame(publication)
    )
    return _answer(page, 200)


def _answer(page: str | bytes, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-cache"  # the stamp in the form ages
    if _embedded():
        response.headers["Content-Security-Policy"] = EMBEDDABLE
    return response

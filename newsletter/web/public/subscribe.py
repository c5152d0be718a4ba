"""`/subscribe/<publication>`: the sign-up page, and with `?embed=1` the same for a frame on another site."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request, url_for

from newsletter.core.errors import Limited, Refused
from newsletter.deferred.defer import defer_sign_up
from newsletter.issues.page_state import ID, sign_up_state
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.choices import Offer, offer_at_sign_up
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.sign_up_choices import SignUpChoices, read_sign_up_choices
from newsletter.subscribers.signup_protection import FormVerdict
from newsletter.subscribers.typo import suggest_address
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.headers import CONTENT_SECURITY_POLICY
from newsletter.web.kept_answers import may_keep
from newsletter.web.limits import consume_sign_up
from newsletter.web.page_cache import Page, current_page
from newsletter.web.public.choice_fields import EMPTY, PREFIX, Filled, problems_of, sent_choices
from newsletter.web.public.form_protection import inspect_form
from newsletter.web.public.frame import frame
from newsletter.web.public.preferences_forms import languages
from newsletter.web.public.sign_up_origin import (
    ISSUE_SLOT,
    PAGE_SLOT,
    UTM_SLOT,
    fill_slots,
    read_origin,
    slots_of_request,
)
from newsletter.web.public.sign_up_proof import is_unproven
from newsletter.web.public.subscribe_form import SubscribeForm

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("subscribe", __name__)

# Stands where the form says when it was shown, in the page that is kept for everybody.
STAMP_SLOT = "the-moment-of-showing-this-form"

SENT_AGAIN = frozenset({"name", "stamp", "issue", "page", "utm", "language", "topics", "topic", "tag"})

# Any site may frame the small form: it asks for nothing that a click-jacker could use, and has no cookie.
EMBEDDABLE = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


@dataclass(frozen=True)
class Shown:
    """How the form is shown again: what was chosen in it, and why it was not taken."""

    filled: Filled = EMPTY
    problems: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    once_more: bool = False


@blueprint.get("/subscribe/<slug>")
def show(slug: str) -> Response:
    """The form: kept rendered, but for the moment at which it is shown and what led there."""
    kept = current_page(
        lambda session, images: sign_up_state(session, slug, images),
        lambda: _empty_form(slug),
        part=_embedded(),
    )
    signer, publication_id, slots = links().signer, int(kept.state[ID]), slots_of_request()

    def shown(environ: "WSGIEnvironment") -> bytes:
        stamp = signup_protection.sign_form_time(signer, publication_id)
        return fill_slots(kept.page.body, slots | {STAMP_SLOT: stamp}, environ)

    may_keep(shown)
    return _answer(shown(request.environ), 200)


@blueprint.post("/subscribe/<slug>")
def ask(slug: str) -> Response:
    """Take a filled-in form. Answer and time are the same for every address: a worker signs up."""
    publication, form, filled = _publication(slug), SubscribeForm(), sent_choices()
    passage = inspect_form(publication, form)
    if passage is FormVerdict.BOT:
        return _asked(publication)
    offer = offer_at_sign_up(session(), publication.id)
    choices, problems = _read(offer, filled, form)
    if not form.validate() or choices is None:
        return _page(publication, form, offer, Shown(filled, problems), status=400)
    if passage is FormVerdict.ASK_AGAIN:
        return _page(publication, form, offer, Shown(filled, once_more=True))
    try:
        consume_sign_up(form.address)
    except Limited as error:
        return _page(publication, form, offer, Shown(filled, problem=error.message), status=429)
    unproven = is_unproven(publication, form.text("proof"))
    defer_sign_up(
        session(),
        publication=publication,
        address=form.address,
        name=form.text("name"),
        words=words(publication.name, language.current()),
        source=ConsentSource.EMBED if _embedded() else ConsentSource.FORM,
        ip=request.remote_addr or "",
        origin=read_origin(publication, form),
        choices=choices,
        unproven=unproven,
    )
    session().commit()
    return _asked(publication, suggest_address(form.address.email), waits=unproven)


def _publication(slug: str) -> Publication:
    publication = find_publication(session(), slug)
    language.prefer(publication.language)
    return publication


def _read(
    offer: Offer, filled: Filled, form: SubscribeForm
) -> tuple[SignUpChoices | None, Mapping[str, str]]:
    """What was chosen; None, with a sentence for each attribute, where a value is none."""
    try:
        choices = read_sign_up_choices(
            offer,
            topics=filled.topics,
            tags=filled.tags,
            values=filled.values,
            language=form.text("language"),
        )
    except Refused as error:
        return None, problems_of(offer.attributes, error.fields)
    return choices, {}


def _embedded() -> bool:
    return request.args.get("embed") == "1"


def _page(
    publication: Publication, form: SubscribeForm, offer: Offer, shown: Shown, *, status: int = 200
) -> Response:
    stamp = signup_protection.sign_form_time(links().signer, publication.id)
    origin = read_origin(publication, form)
    form.page.data = origin.page
    return _answer(_form(publication, form, offer, stamp, shown), status)


def _empty_form(slug: str) -> Page:
    publication = find_publication(session(), slug)
    form = SubscribeForm(sent=False)
    form.issue.data, form.page.data, form.utm.data = ISSUE_SLOT, PAGE_SLOT, UTM_SLOT
    offer = offer_at_sign_up(session(), publication.id)
    return Page(_form(publication, form, offer, STAMP_SLOT, Shown()).encode())


def _form(publication: Publication, form: SubscribeForm, offer: Offer, stamp: str, shown: Shown) -> str:
    lang = language.current()
    return render_template(
        "public/subscribe.html",
        form=form,
        # The language goes along: the words that are kept are the words that were read.
        action=url_for(".ask", slug=publication.slug, lang=lang, embed="1" if _embedded() else None),
        stamp=stamp,
        consent=words(publication.name, lang).text,
        shown=shown,
        offer=offer,
        languages=list(languages().items()) if publication.language_at_sign_up else [],
        chosen_language=form.text("language") or lang,
        challenge_url=_challenge_url(publication),
        embed=_embedded(),
        **frame(publication),
    )


def _challenge_url(publication: Publication) -> str:
    """Where the form gets a challenge for a proof of work; empty where none is asked for."""
    if publication.under_attack_since is None:
        return ""
    return url_for("subscribe_json.challenge", slug=publication.slug)


def _asked(publication: Publication, meant: str | None = None, *, waits: bool = False) -> Response:
    """`meant`: the address that was probably meant; a press of a button sends the form again with it.

    `waits`: an editor looks first.
    """
    embed = "1" if _embedded() else None
    page = render_template(
        "public/subscribe_asked.html",
        again_url=url_for(".show", slug=publication.slug, embed=embed),
        waits=waits,
        meant=meant,
        meant_url=url_for(".ask", slug=publication.slug, lang=language.current(), embed=embed),
        sent=_sent_again() if meant else [],
        challenge_url=_challenge_url(publication) if meant else "",
        embed=_embedded(),
        **frame(publication),
    )
    return _answer(page, 200)


def _sent_again() -> list[tuple[str, str]]:
    """The fields of the form as they were sent, but for the address."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name in SENT_AGAIN or name.startswith(PREFIX)
    ]


def _answer(page: str | bytes, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-cache"  # the stamp in the form ages
    if _embedded():
        response.headers["Content-Security-Policy"] = EMBEDDABLE
    return response

"""`/subscribe/<publication>/json`: signing up from a form of another site's own, by its script or its server.

Programs ask, so the answers are JSON: an error is {"error": code, "message": sentence, "fields": {…}}. A
script in a browser may ask only from the sites that the publication names. What limits the form limits this,
too; it needs no signed time, because no other page can make a browser post JSON here unasked.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from newsletter.core.addresses import parse_address
from newsletter.core.errors import DomainError, Refused
from newsletter.deferred.defer import defer_sign_up
from newsletter.issues.published import published_id
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.choices import Offer, offer_of
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.origin import Origin, clean_page, clean_utm
from newsletter.subscribers.sign_up_choices import SignUpChoices, read_sign_up_choices
from newsletter.subscribers.typo import suggest_address
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.errors import STATUS
from newsletter.web.limits import consume_sign_up
from newsletter.web.public.choice_fields import problems_of
from newsletter.web.public.preferences_forms import languages
from newsletter.web.public.sign_up_origin import page_before
from newsletter.web.public.sign_up_proof import is_unproven, make_challenge

blueprint = Blueprint("subscribe_json", __name__)

PATH = "/subscribe/<slug>/json"
MOST_LABELS = 1_000
MOST_MARKS = 20


class SignUp(BaseModel):
    """What is posted. Without `topics` all are wanted; keys that are not on offer (any more) are left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: str = Field(max_length=1_000)
    name: str = Field("", max_length=1_000)
    topics: list[str] | None = Field(None, max_length=MOST_LABELS)
    tags: list[str] = Field([], max_length=MOST_LABELS)
    attributes: dict[str, str | float | bool | None] = Field({}, max_length=MOST_LABELS)
    language: str = Field("", max_length=16)
    page: str = ""
    utm: dict[str, str] = Field({}, max_length=MOST_MARKS)
    issue: str = Field("", max_length=120)
    proof: str = ""


@blueprint.errorhandler(DomainError)
def _refuse(error: DomainError) -> Response:
    session().rollback()
    return _problem(STATUS[error.decision], error.code, error.message, error.fields)


@blueprint.after_request
def _allow_sites(response: Response) -> Response:
    """Let the scripts of the publication's sites read the answer (https://fetch.spec.whatwg.org/#http-cors)."""
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin and response.status_code < 500 and origin in _sites():
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = "600"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get(PATH)
def describe(slug: str) -> Response:
    """What can be chosen, and the words that the site has to show beside its button."""
    publication = _publication(slug, request.args.get("lang", ""))
    agreed = words(publication.name, language.current())
    offer = offer_of(session(), publication.id)
    return jsonify(
        publication=publication.name,
        consent=agreed.text,
        language=agreed.locale,
        languages=languages(),
        proof_needed=publication.under_attack_since is not None,
        **_offered(offer),
    )


@blueprint.get("/subscribe/<slug>/challenge")
def challenge(slug: str) -> Response:
    """A new challenge: its solution is the proof of work that a sign-up needs in attack mode."""
    return jsonify(make_challenge(find_publication(session(), slug)))


@blueprint.post(PATH)
def ask(slug: str) -> tuple[Response, int] | Response:
    """Take a sign-up. The answer is the same for every address: a worker decides."""
    if not request.is_json:
        return _problem(415, "not_json", _("Send JSON, with the header Content-Type: application/json."))
    try:
        sent = SignUp.model_validate_json(request.get_data())
    except ValidationError as error:
        return _problem(400, "bad_request", *_told(error))
    publication = _publication(slug, sent.language)
    try:
        address = parse_address(sent.email)
    except Refused:
        sentence = _("Please enter a full email address, like ana@example.org.")
        return _problem(400, "bad_address", sentence, {"email": sentence})
    offer = offer_of(session(), publication.id)
    try:
        choices = _choices(offer, sent)
    except Refused as error:
        problems = problems_of(offer.attributes, error.fields)
        fields = {f"attributes.{key}": problem for key, problem in problems.items()}
        return _problem(400, error.code, next(iter(problems.values())), fields)
    consume_sign_up(address)
    defer_sign_up(
        session(),
        publication=publication,
        address=address,
        name=sent.name,
        words=words(publication.name, language.current()),
        source=ConsentSource.SITE,
        ip=request.remote_addr or "",
        origin=_origin(publication, sent),
        choices=choices,
        unproven=is_unproven(publication, sent.proof),
    )
    session().commit()
    sentence = _(
        "We have sent you an email. Press the button in it within a week to get %(publication)s.",
        publication=publication.name,
    )
    return jsonify(message=sentence, did_you_mean=suggest_address(address.email)), 202


def _publication(slug: str, wanted: str) -> Publication:
    publication = find_publication(session(), slug)
    language.prefer(wanted, publication.language)
    return publication


def _choices(offer: Offer, sent: SignUp) -> SignUpChoices:
    return read_sign_up_choices(
        offer, topics=sent.topics, tags=sent.tags, values=sent.attributes, language=sent.language
    )


def _origin(publication: Publication, sent: SignUp) -> Origin:
    """What the site says led to it, else the page whose script asks."""
    page = clean_page(sent.page) or page_before(request.environ)
    return Origin(page, clean_utm(sent.utm), published_id(session(), publication, sent.issue))


def _offered(offer: Offer) -> dict[str, Any]:
    return {
        "topics": [
            {"key": topic.key, "name": topic.name, "description": topic.description} for topic in offer.topics
        ],
        "tags": [{"key": tag.key, "name": tag.name} for tag in offer.tags],
        "attributes": [
            {"key": each.key, "label": each.label, "type": each.type.value, "choices": each.choices}
            for each in offer.attributes
        ],
    }


def _told(error: ValidationError) -> tuple[str, dict[str, str]]:
    """A sentence and, by field, what is wrong with it."""
    fields = {
        ".".join(map(str, problem["loc"][:2])): problem["msg"] for problem in error.errors() if problem["loc"]
    }
    if not fields:
        return _("This is not valid JSON."), {}
    named = ", ".join(sorted(field[:60] for field in fields))
    return _("These fields cannot be used: %(fields)s.", fields=named), fields


def _problem(status: int, code: str, sentence: str, fields: dict[str, str] | None = None) -> Response:
    response = jsonify(error=code, message=sentence, fields=fields or {})
    response.status_code = status
    return response


def _sites() -> list[str]:
    slug = (request.view_args or {}).get("slug", "")
    try:
        return find_publication(session(), slug).sign_up_sites.splitlines()
    except DomainError:
        return []

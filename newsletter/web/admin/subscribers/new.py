"""`/admin/p/<publication>/subscribers/new`: add one person."""

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, DomainError
from newsletter.core.text import without_nul
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.add import Addition, ask_to_confirm, vouch_for
from newsletter.subscribers.names import checked_name
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.subscribers import ADDED
from newsletter.web.database import session
from newsletter.web.errors import STATUS

ASK = "ask"
VOUCH = "vouch"
LONGEST_SHOWN = 5_000  # characters of what was typed that are shown again


@blueprint.get(f"{LIST}/new")
@allow(Permission.MANAGE_SUBSCRIBERS)
def new(slug: str) -> str:
    """Ask who, and whether they know."""
    given = {"email": without_nul(request.args.get("email", "")), "way": ASK}
    return _form(find_publication(session(), slug), given, {})


@blueprint.post(f"{LIST}/new")
@allow(Permission.MANAGE_SUBSCRIBERS)
def add(slug: str) -> AnyResponse:
    """Add them, or lead to the page of whoever has the address already."""
    publication = find_publication(session(), slug)
    given = {name: request.form.get(name, "")[:LONGEST_SHOWN] for name in ("email", "name", "way", "note")}
    try:
        added = _add(publication, given)
    except DomainError as error:
        session().rollback()
        problems = error.fields or {"email": error.message}
        if isinstance(error, Conflict):
            given["way"] = ASK
        page = _form(find_publication(session(), slug), given, problems)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(*sentence_about(added, publication))
    return redirect(url_for(".person", subscriber_id=added.subscription.subscriber_id), 303)


def sentence_about(added: Addition, publication: Publication) -> tuple[str, str]:
    """What adding somebody came to, and its kind."""
    sentence, kind = ADDED[added.outcome]
    return str(sentence) % {"name": publication.name}, kind


def _add(publication: Publication, given: dict[str, str]) -> Addition:
    address = parse_address(given["email"])
    name = checked_name(given["name"])
    actor = current_actor()
    if given["way"] == VOUCH:
        return vouch_for(session(), publication, address, name=name, note=given["note"], actor=actor)
    return ask_to_confirm(session(), publication, address, name=name, actor=actor)


def _form(publication: Publication, given: dict[str, str], problems: dict[str, str]) -> str:
    return render_template(
        "admin/subscribers/new.html", publication=publication, given=given, problems=problems
    )

"""`/admin/p/<publication>/subscribers/suspects`: sign-ups that wait for an editor, without a message."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.deferred.models import DeferredRequest
from newsletter.deferred.suspects import count_suspects, drop, let_in, list_suspects
from newsletter.publications.find import find_publication
from newsletter.subscribers.models import ConsentSource
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words import subscribers as words
from newsletter.web.database import session

SUSPECTS = f"{LIST}/suspects"


@blueprint.get(SUSPECTS)
@allow(Permission.VIEW)
def suspects(slug: str) -> str:
    """The oldest ones, with boxes to tick."""
    publication = find_publication(session(), slug)
    return render_template(
        "admin/subscribers/suspects.html",
        publication=publication,
        suspects=list_suspects(session(), publication),
        total=count_suspects(session(), publication),
        suspicion_word=words.suspicion_word,
        source_of=_source_of,
    )


@blueprint.post(f"{SUSPECTS}/let-in")
@allow(Permission.MANAGE_SUBSCRIBERS)
def let_suspects_in(slug: str) -> AnyResponse:
    """Sign up those that are ticked: they are asked to confirm."""
    number = let_in(session(), find_publication(session(), slug), _ticked(), actor=current_actor())
    session().commit()
    sentence = ngettext(
        "%(num)s sign-up was let in. The reader is asked to confirm.",
        "%(num)s sign-ups were let in. The readers are asked to confirm.",
        number,
    )
    return _back(slug, sentence if number else "")


@blueprint.post(f"{SUSPECTS}/drop")
@allow(Permission.MANAGE_SUBSCRIBERS)
def drop_suspects(slug: str) -> AnyResponse:
    """Forget those that are ticked."""
    number = drop(session(), find_publication(session(), slug), _ticked(), actor=current_actor())
    session().commit()
    sentence = ngettext("%(num)s sign-up was dropped.", "%(num)s sign-ups were dropped.", number)
    return _back(slug, sentence if number else "")


def _ticked() -> list[int]:
    ticked = request.form.getlist("suspect")
    return [int(each) for each in ticked if each.isascii() and each.isdigit() and len(each) < 19]


def _back(slug: str, sentence: str) -> AnyResponse:
    flash(sentence or _("Tick at least one sign-up first."), "success" if sentence else "info")
    return redirect(url_for(".suspects", slug=slug), 303)


def _source_of(suspect: DeferredRequest) -> str:
    return words.source_word(ConsentSource(suspect.facts["source"]))

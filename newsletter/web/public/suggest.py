"""`/suggest/<publication>`: the page on which readers suggest a link, where the publication takes any."""

from flask import Blueprint, Response, make_response, render_template, request, url_for

from newsletter.core.errors import Limited, Missing
from newsletter.curation.suggest import suggest_link
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.signup_protection import FormVerdict
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.limits import consume_suggestion
from newsletter.web.public.form_protection import inspect_form
from newsletter.web.public.frame import frame
from newsletter.web.public.suggest_form import SuggestForm

blueprint = Blueprint("suggest", __name__)


@blueprint.get("/suggest/<slug>")
def show(slug: str) -> Response:
    """The form."""
    return _page(_publication(slug), SuggestForm(sent=False, url=request.args.get("url", "")))


@blueprint.post("/suggest/<slug>")
def suggest(slug: str) -> Response:
    """Take a filled-in form. The answer is the same for what is new, for what is known, and for programs."""
    publication, form = _publication(slug), SuggestForm()
    verdict = inspect_form(publication, form)
    if verdict is FormVerdict.BOT:
        return _thanks(publication)
    if not form.validate():
        return _page(publication, form, status=400)
    if verdict is FormVerdict.ASK_AGAIN:
        return _page(publication, form, once_more=True)
    try:
        consume_suggestion(publication.id)
    except Limited as error:
        return _page(publication, form, status=429, problem=error.message)
    suggest_link(
        session(),
        publication,
        form.link,
        reason=form.text("why"),
        name=form.text("name"),
        email=form.address.email if form.address else "",
    )
    session().commit()
    return _thanks(publication)


def _publication(slug: str) -> Publication:
    publication = find_publication(session(), slug)
    if not publication.suggestions:
        raise Missing("no_suggestions", "This page does not exist.")
    language.prefer(publication.language)
    return publication


def _page(
    publication: Publication,
    form: SuggestForm,
    *,
    status: int = 200,
    problem: str = "",
    once_more: bool = False,
) -> Response:
    page = render_template(
        "public/suggest.html",
        form=form,
        action=url_for(".suggest", slug=publication.slug, lang=language.current()),
        stamp=signup_protection.sign_form_time(links().signer, publication.id),
        problem=problem,
        once_more=once_more,
        **frame(publication) | {"footer_links": []},
    )
    return _answer(page, status)


def _thanks(publication: Publication) -> Response:
    again = url_for(".show", slug=publication.slug)
    return _answer(render_template("public/suggested.html", again_url=again, **frame(publication)), 200)


def _answer(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"  # it may hold what somebody typed
    return response

"""`/admin/publications/new`: make a publication."""

from dataclasses import asdict

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict
from newsletter.core.zones import city_zones
from newsletter.publications.create import add_publication
from newsletter.publications.settings import PublicationSettings
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.publications.forms import NewPublicationForm
from newsletter.web.admin.words.languages import languages
from newsletter.web.database import session


@blueprint.get("/publications/new")
@allow(Permission.MANAGE_PUBLICATIONS)
def new() -> AnyResponse:
    """The empty form."""
    return _page(NewPublicationForm(), 200)


@blueprint.post("/publications/new")
@allow(Permission.MANAGE_PUBLICATIONS)
def create() -> AnyResponse:
    """Make it and open its settings; pressed twice, it is made once."""
    form = NewPublicationForm()
    facts = form.facts()
    if facts is None:
        return _page(form, 400)
    try:
        add_publication(session(), facts, actor=current_actor())
    except Conflict as error:
        start_afresh()
        if _is_the_same(facts):
            flash(_("%(name)s already exists; nothing was created twice.", name=facts.name), "info")
            return redirect(url_for(".settings", slug=facts.slug), 303)
        form.show_problems(error.fields)
        return _page(form, 409)
    session().commit()
    flash(
        _("%(name)s is ready. Choose its design, and put its sign-up form on your site.", name=facts.name),
        "success",
    )
    return redirect(url_for(".settings", slug=facts.slug), 303)


def _is_the_same(facts: PublicationSettings) -> bool:
    there = load_publication(facts.slug)
    return all(getattr(there, name) == value for name, value in asdict(facts).items())


def _page(form: NewPublicationForm, status: int) -> AnyResponse:
    page = render_template(
        "admin/publications/new.html", form=form, languages=languages(), zones=city_zones()
    )
    return make_response(page, status)

"""`/admin/p/<publication>/settings`: who it comes from, what it is called, where and in which language."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.zones import city_zones
from newsletter.publications.edit import SETTINGS, Stale, edit_publication, state_of
from newsletter.publications.models import Publication
from newsletter.web.admin.fresh import ask_for_password, is_fresh, is_large
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.publications.forms import PublicationForm
from newsletter.web.admin.publications.retention import Outlook, foresee
from newsletter.web.admin.publications.slug import slug_stays
from newsletter.web.admin.words.languages import languages
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/p/<slug>/settings")
@allow(Permission.MANAGE_PUBLICATIONS)
def settings(slug: str) -> AnyResponse:
    """The form, as the publication is."""
    publication, form = load_publication(slug), PublicationForm()
    form.fill(publication)
    return _page(publication, form, 200)


@blueprint.post("/p/<slug>/settings")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_settings(slug: str) -> AnyResponse:
    """Save, or say why not; what was typed stays in the form."""
    publication, form = load_publication(slug), PublicationForm()
    facts = form.facts()
    if facts is None:
        return _page(publication, form, 400)
    outlook = foresee(publication, facts)
    if outlook is not None and is_large(outlook.people) and not is_fresh():
        return ask_for_password()
    if outlook is not None and outlook.is_new_to(form.text("foreseen")):
        return _page(publication, form, 200, outlook=outlook)
    try:
        publication = edit_publication(
            session(),
            publication.id,
            facts,
            state=form.text("state"),
            slug_stays=slug_stays(session(), publication),
            actor=current_actor(),
        )
    except Stale:
        start_afresh()
        return _page(load_publication(slug), form, 409, stale=True)
    except DomainError as error:
        start_afresh()
        form.show_problems(error.fields)
        return _page(load_publication(slug), form, STATUS[error.decision])
    session().commit()
    flash(_("The settings are saved."), "success")
    return redirect(url_for(".settings", slug=publication.slug), 303)


def _page(
    publication: Publication,
    form: PublicationForm,
    status: int,
    *,
    stale: bool = False,
    outlook: Outlook | None = None,
) -> AnyResponse:
    page = render_template(
        "admin/publications/settings.html",
        publication=publication,
        form=form,
        state=state_of(publication),
        slug_stays=slug_stays(session(), publication),
        outlook=outlook,
        differs=_differs(publication, form) if stale else [],
        languages=languages(),
        zones=city_zones(),
    )
    return make_response(page, status)


def _differs(publication: Publication, form: PublicationForm) -> list[tuple[str, str]]:
    """The fields in which the publication is not what was typed: their names, and what it says now."""
    return [
        (form[name].label.text, _in_words(getattr(publication, name)))
        for name in SETTINGS
        if _comparable(form.typed(name)) != _comparable(getattr(publication, name))
    ]


def _comparable(value: str | bool | int | None) -> str | bool:
    """What was typed or is held, in the form in which both can be compared."""
    if isinstance(value, bool):
        return value
    return "" if value is None else str(value).strip().replace("\r\n", "\n")


def _in_words(value: str | bool | int | None) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return "" if value is None else str(value)

"""`/admin/p/<publication>/logo`: the picture beside its name, on the readers' pages and in the email."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.core.text import one_line
from newsletter.publications.branding import set_logo as set_logo_key
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.admin.publications.picture import ALT_LENGTH, store_logo
from newsletter.web.admin.publications.theme import theme_page
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.post("/p/<slug>/logo")
@allow(Permission.MANAGE_PUBLICATIONS)
def set_logo(slug: str) -> AnyResponse:
    """Store the file called `logo` with the words `alt`, and use it."""
    publication = load_publication(slug)
    alt = one_line(request.form.get("alt", ""))[:ALT_LENGTH]
    try:
        row = store_logo(alt)
        set_logo_key(session(), publication.id, row.key, actor=current_actor())
    except DomainError as error:
        start_afresh()
        return theme_page(load_publication(slug), STATUS[error.decision], logo_problem=error.message, alt=alt)
    session().commit()
    flash(_("Logo saved. It appears on the public pages, and in every issue from now on."), "success")
    return redirect(url_for(".theme", slug=slug), 303)


@blueprint.post("/p/<slug>/logo/remove")
@allow(Permission.MANAGE_PUBLICATIONS)
def remove_logo(slug: str) -> AnyResponse:
    """Use no logo; the picture itself stays, as issues that were sent show it."""
    publication = load_publication(slug)
    set_logo_key(session(), publication.id, "", actor=current_actor())
    session().commit()
    flash(_("Logo removed."), "success")
    return redirect(url_for(".theme", slug=slug), 303)

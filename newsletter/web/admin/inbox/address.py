"""The secret address that takes links by mail: a new one, or none."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.curation.email_in.address import inbox_address, rotate_address, turn_off_address
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.inbox.blueprint import LIST, blueprint
from newsletter.web.current import links, settings
from newsletter.web.database import session

ADDRESS = f"{LIST}/address"


def address_of(publication: Publication) -> str:
    """The address of the publication's inbox; empty while it is off."""
    return inbox_address(links().signer, settings().effective_mail_domain, publication)


@blueprint.post(ADDRESS)
@allow(Permission.EDIT_ISSUES)
def change_address(slug: str) -> AnyResponse:
    """Replace the address, or turn it off."""
    publication = find_publication(session(), slug)
    if request.form.get("off"):
        turn_off_address(session(), publication, actor=current_actor())
        sentence = _("Links by email are off. The old address no longer works.")
    else:
        rotate_address(session(), publication, actor=current_actor())
        sentence = _("The inbox has a new address. Any old one no longer works.")
    session().commit()
    flash(sentence, "success")
    return redirect(url_for(".inbox", slug=slug), 303)

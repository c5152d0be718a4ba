"""`/admin/settings`: look at the relay, save another, or go back to the environment's."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.transports.remove import remove_relay
from newsletter.transports.save import save_relay
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.settings.pages import blueprint, in_use, page
from newsletter.web.current import settings
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/settings")
@allow(Permission.MANAGE_SETTINGS)
def show() -> AnyResponse:
    """The relay in use, and the form to change it."""
    form, used = RelayForm(), in_use()
    form.fill(used.transport, None if used.embedded else used.environment)
    return page(form, 200)


@blueprint.post("/settings/relay")
@allow(Permission.MANAGE_SETTINGS)
def save() -> AnyResponse:
    """Save what was typed; workers send by it from their next turn on."""
    form, used = RelayForm(), in_use()
    facts = form.facts(used.kept)
    if facts is None:
        return page(form, 400)
    try:
        save_relay(session(), facts, settings().secrets, actor=current_actor())
    except DomainError as error:
        session().rollback()
        form.tell(error.fields)
        return page(form, STATUS[error.decision], problem=error.message)
    session().commit()
    flash(_("The relay is saved. Mail leaves by %(where)s from now on.", where=facts.relay.where), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/settings/relay/remove")
@allow(Permission.MANAGE_SETTINGS)
def remove() -> AnyResponse:
    """Forget the saved relay and its password."""
    removed = remove_relay(session(), actor=current_actor())
    session().commit()
    said = _("Mail leaves by the relay of the environment (SMTP_URL) again. The saved one is deleted.")
    flash(
        said if removed else _("No relay was saved; nothing was changed."), "success" if removed else "info"
    )
    return redirect(url_for(".show"), 303)

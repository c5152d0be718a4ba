"""`/admin/settings`: look at the relays, save the only one, or go back to the environment's."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, DomainError
from newsletter.transports.edit import add_transport, change_relay, remove_transports
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.settings.blueprint import InUse, blueprint, in_use, kept_facts, page
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.current import settings
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/settings")
@allow(Permission.MANAGE_SETTINGS)
def show() -> AnyResponse:
    """The relays in use; and, while there is one at most, the form to change it."""
    form, used = RelayForm(), in_use()
    environment = None if used.embedded or used.transports or not used.configs else used.configs[0].relay
    form.fill(used.only, environment)
    return page("show", form, 200, used=used)


@blueprint.post("/settings/relay")
@allow(Permission.MANAGE_SETTINGS)
def save() -> AnyResponse:
    """Save what was typed; workers send by it from their next turn on."""
    form, used = RelayForm(), in_use()
    facts = form.facts(kept_facts(used.only))
    if facts is None:
        return page("show", form, 400, used=used)
    try:
        transport = _save(used, facts)
    except DomainError as error:
        session().rollback()
        form.show_problems(error.fields)
        return page("show", form, STATUS[error.decision], used=in_use(), problem=error.message)
    session().commit()
    flash(_("Relay saved. Mail is now sent through %(where)s.", where=_where(transport)), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/settings/relay/remove")
@allow(Permission.MANAGE_SETTINGS)
def remove_all() -> AnyResponse:
    """Forget what is saved, with its password."""
    removed = remove_transports(session(), actor=current_actor())
    session().commit()
    said = _("Mail is sent through SMTP_URL again. The saved relay was deleted.")
    flash(
        said if removed else _("No relay was saved; nothing was changed."), "success" if removed else "info"
    )
    return redirect(url_for(".show"), 303)


def _save(used: InUse, facts: RelaySettings) -> Transport:
    secrets, actor = settings().secrets, current_actor()
    if used.only is not None:
        return change_relay(session(), used.only.id, facts, secrets, actor=actor)
    if used.transports:
        raise Conflict("several_relays", _("There are several relays now: choose the one to change."))
    return add_transport(session(), facts, secrets, actor=actor)


def _where(transport: Transport) -> str:
    return f"{transport.host}:{transport.port}"

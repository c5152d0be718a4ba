"""`/admin/settings/relays`: one of several relays: add it, change it, pause it, move it, remove it."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError
from newsletter.transports.edit import (
    add_transport,
    change_limits,
    change_relay,
    move_earlier,
    pause_transport,
    remove_transports,
    resume_environment_transport,
    resume_transport,
)
from newsletter.transports.find import get_transport
from newsletter.transports.models import Transport
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.settings.blueprint import blueprint, edit_page, in_use, kept_facts, page
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.settings.limits_form import LimitsForm
from newsletter.web.current import settings
from newsletter.web.database import session
from newsletter.web.errors import STATUS


@blueprint.get("/settings/relays/new")
@allow(Permission.MANAGE_SETTINGS)
def ask() -> AnyResponse:
    """The form of another relay."""
    return edit_page(None, RelayForm(), 200)


@blueprint.post("/settings/relays/new")
@allow(Permission.MANAGE_SETTINGS)
def add() -> AnyResponse:
    """Add what was typed behind the others."""
    form = RelayForm()
    facts = form.facts(None)
    if facts is None:
        return edit_page(None, form, 400)
    try:
        add_transport(session(), facts, settings().secrets, actor=current_actor())
    except DomainError as error:
        return _refused(None, form, error)
    session().commit()
    flash(
        _("%(where)s was added. It now takes its share of the mail.", where=facts.relay.where),
        "success",
    )
    return redirect(url_for(".show"), 303)


@blueprint.get("/settings/relays/<int:transport_id>")
@allow(Permission.MANAGE_SETTINGS)
def edit(transport_id: int) -> AnyResponse:
    """Where it is, who we are there, and how much it takes."""
    transport, form = get_transport(session(), transport_id), RelayForm()
    form.fill(transport, None)
    return edit_page(transport, form, 200)


@blueprint.post("/settings/relays/<int:transport_id>")
@allow(Permission.MANAGE_SETTINGS)
def save_one(transport_id: int) -> AnyResponse:
    """Save where it is and who we are there."""
    transport, form = get_transport(session(), transport_id), RelayForm()
    facts = form.facts(kept_facts(transport))
    if facts is None:
        return edit_page(transport, form, 400)
    try:
        change_relay(session(), transport_id, facts, settings().secrets, actor=current_actor())
    except DomainError as error:
        return _refused(transport, form, error)
    session().commit()
    flash(_("%(where)s was saved and is now in use.", where=facts.relay.where), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/settings/relays/<int:transport_id>/limits")
@allow(Permission.MANAGE_SETTINGS)
def save_limits(transport_id: int) -> AnyResponse:
    """Save how much it takes."""
    transport, limits = get_transport(session(), transport_id), LimitsForm()
    typed = limits.facts()
    if typed is None:
        form = RelayForm(sent=False)
        form.fill(transport, None)
        return edit_page(transport, form, 400, limits)
    name, facts = typed
    changed = change_limits(session(), transport_id, facts, name=name, actor=current_actor())
    session().commit()
    flash(
        _("The limits of %(name)s were saved. They apply from the next messages on.", name=changed.name),
        "success",
    )
    return redirect(url_for(".show"), 303)


@blueprint.post("/settings/relays/<int:transport_id>/pause")
@allow(Permission.MANAGE_SETTINGS)
def pause(transport_id: int) -> AnyResponse:
    """Nothing more is sent by it."""
    said = _("%(name)s is paused: nothing more is sent through it.")
    return _act(transport_id, said, pause_transport)


@blueprint.post("/settings/relays/<int:transport_id>/resume")
@allow(Permission.MANAGE_SETTINGS)
def resume(transport_id: int) -> AnyResponse:
    """It is sent by again, its trouble forgotten."""
    return _act(transport_id, _("%(name)s is sending again."), resume_transport)


@blueprint.post("/settings/relays/<int:transport_id>/earlier")
@allow(Permission.MANAGE_SETTINGS)
def earlier(transport_id: int) -> AnyResponse:
    """It changes places with the one before it."""
    return _act(transport_id, _("%(name)s was moved up."), move_earlier)


@blueprint.post("/settings/relay/resume")
@allow(Permission.MANAGE_SETTINGS)
def resume_environment() -> AnyResponse:
    """The trouble of a relay of the environment is forgotten."""
    key = request.form.get("key", "-")
    config = next((one for one in in_use().configs if one.key == key), None)
    done = config is not None and resume_environment_transport(
        session(), key, config.relay.where, actor=current_actor()
    )
    session().commit()
    name = config.name if config else ""
    flash(
        *(
            (_("%(name)s is sending again.", name=name), "success")
            if done
            else (_("Nothing was changed."), "info")
        )
    )
    return redirect(url_for(".show"), 303)


@blueprint.get("/settings/relays/<int:transport_id>/remove")
@allow(Permission.MANAGE_SETTINGS)
def ask_to_remove(transport_id: int) -> AnyResponse:
    """Ask before it is forgotten."""
    transport = get_transport(session(), transport_id)
    return page("remove", None, 200, transport=transport, last=in_use().only is not None)


@blueprint.post("/settings/relays/<int:transport_id>/remove")
@allow(Permission.MANAGE_SETTINGS)
def remove(transport_id: int) -> AnyResponse:
    """Forget it with its password."""
    name = get_transport(session(), transport_id).name
    remove_transports(session(), actor=current_actor(), transport_id=transport_id)
    session().commit()
    flash(_("%(name)s was removed and its password deleted.", name=name), "success")
    return redirect(url_for(".show"), 303)


def _act(transport_id: int, said: str, act: Callable[..., bool]) -> AnyResponse:
    """Do `act`, say so, and show the relays again."""
    name = get_transport(session(), transport_id).name
    done = act(session(), transport_id, actor=current_actor())
    session().commit()
    flash(said % {"name": name} if done else _("Nothing was changed."), "success" if done else "info")
    return redirect(url_for(".show"), 303)


def _refused(transport: Transport | None, form: RelayForm, error: DomainError) -> AnyResponse:
    session().rollback()
    form.show_problems(error.fields)
    return edit_page(transport, form, STATUS[error.decision], problem=error.message)

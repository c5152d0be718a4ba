"""A new address of a person, which whoever has it confirms."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import DomainError
from newsletter.subscribers.ask_new_address import ask_new_address
from newsletter.subscribers.profile import load_profile
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint
from newsletter.web.admin.subscribers.person import page_of
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LONGEST_SHOWN = 500  # characters
# What readers are told in other words.
SENTENCES: dict[str, object] = {
    "same_address": _lazy("This is their address already."),
    "address_taken": _lazy("Someone subscribes with this address, or used to. Two people are never merged."),
}


@blueprint.post(f"{ONE}/address")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_address(subscriber_id: int) -> AnyResponse:
    """Ask there whether it is theirs; nothing changes before that."""
    typed = request.form.get("address", "")
    load_profile(session(), subscriber_id)
    session().rollback()
    try:
        address = parse_address(typed)
        ask_new_address(session(), subscriber_id, address, actor=current_actor())
    except DomainError as error:
        session().rollback()
        problems = {"address": str(SENTENCES.get(error.code, error.message))}
        profile = load_profile(session(), subscriber_id)
        shown = page_of(profile, problems=problems, address_typed=typed[:LONGEST_SHOWN])
        page = render_template("admin/subscribers/person.html", **shown)
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("%(address)s was asked to confirm the change.", address=address.email), "success")
    return redirect(url_for(".person", subscriber_id=subscriber_id), 303)

"""`/admin/subscribers/<id>/erase`: blank a person, for good; the address is typed to confirm it."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import address_key
from newsletter.core.db import truncate_log
from newsletter.core.errors import Missing
from newsletter.subscribers.erase import erase as erase_person
from newsletter.subscribers.profile import load_profile
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint, home_of
from newsletter.web.current import personal_files
from newsletter.web.database import session

LONGEST_SHOWN = 500  # characters


@blueprint.get(f"{ONE}/erase")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def ask_erase(subscriber_id: int) -> AnyResponse:
    """Say what goes and what remains."""
    return _form(subscriber_id, "", "", 200)


@blueprint.post(f"{ONE}/erase")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def erase(subscriber_id: int) -> AnyResponse:
    """Erase, when the address typed is theirs. Pressed twice, the second time says that it is done."""
    typed = request.form.get("address", "").strip()
    profile = load_profile(session(), subscriber_id)
    if not profile.erased and address_key(typed) != address_key(profile.subscriber.email or ""):
        return _form(subscriber_id, typed[:LONGEST_SHOWN], _("This is not their address."), 400)
    session().rollback()
    try:
        erase_person(session(), subscriber_id, actor=current_actor(), files=personal_files())
    except Missing:
        session().rollback()
        flash(_("This person was already erased; nothing was changed."), "info")
    else:
        session().commit()
        truncate_log(session())
        flash(_("The person is erased."), "success")
    return redirect(url_for(".person", subscriber_id=subscriber_id), 303)


def _form(subscriber_id: int, typed: str, problem: str, status: int) -> AnyResponse:
    profile = load_profile(session(), subscriber_id)
    if profile.erased:
        return redirect(url_for(".person", subscriber_id=subscriber_id), 303)
    page = render_template(
        "admin/subscribers/erase.html",
        publication=home_of(profile.subscriptions),
        subscriber=profile.subscriber,
        typed=typed,
        problem=problem,
    )
    return make_response(page, status)

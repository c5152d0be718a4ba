"""What an editor changes about a person: the name, and whether anything is ever sent to them."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, Refused
from newsletter.feedback.lift import editors_may_lift
from newsletter.feedback.lift import lift as lift_bounces
from newsletter.feedback.rejudge import rejudge_person
from newsletter.subscribers.profile import load_profile
from newsletter.subscribers.queries import find_subscriber
from newsletter.subscribers.rename import rename
from newsletter.subscribers.suppress import lift_suppression, suppress_person, suppression_of
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint, home_of
from newsletter.web.admin.subscribers.person import page_of
from newsletter.web.database import session


@blueprint.post(f"{ONE}/name")
@allow(Permission.MANAGE_SUBSCRIBERS)
def change_name(subscriber_id: int) -> AnyResponse:
    """Another name, or none."""
    typed = request.form.get("name", "")
    try:
        rename(session(), subscriber_id, typed, actor=current_actor())
    except Refused as error:
        session().rollback()
        shown = page_of(
            load_profile(session(), subscriber_id), problems=error.fields, name_typed=typed[:1_000]
        )
        return make_response(render_template("admin/subscribers/person.html", **shown), 400)
    session().commit()
    flash(_("The name is saved."), "success")
    return _back(subscriber_id)


@blueprint.get(f"{ONE}/suppress")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_suppress(subscriber_id: int) -> AnyResponse:
    """Say what it means first."""
    if suppression_of(session(), find_subscriber(session(), subscriber_id)) is not None:
        return _back(subscriber_id)
    return _suppress_form(subscriber_id, "", {}, 200)


@blueprint.post(f"{ONE}/suppress")
@allow(Permission.MANAGE_SUBSCRIBERS)
def suppress(subscriber_id: int) -> AnyResponse:
    """Never write to them again."""
    note = request.form.get("note", "")
    try:
        done = suppress_person(session(), subscriber_id, note=note, actor=current_actor())
    except Refused as error:
        session().rollback()
        return _suppress_form(subscriber_id, note[:2_000], error.fields, 400)
    session().commit()
    if done:
        flash(_("Nothing more is sent to this address, in any publication."), "success")
    else:
        flash(_("This address was already suppressed; nothing was changed."), "info")
    return _back(subscriber_id)


@blueprint.post(f"{ONE}/lift")
@allow(Permission.MANAGE_SUBSCRIBERS)
def lift(subscriber_id: int) -> AnyResponse:
    """Write to them again, where somebody had suppressed them by hand, or messages to them bounced."""
    try:
        done = _lift(subscriber_id)
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
        return _back(subscriber_id)
    session().commit()
    if done:
        flash(_("Suppression lifted: they will get what they subscribe to again."), "success")
    else:
        flash(_("This address is not suppressed; nothing was changed."), "info")
    return _back(subscriber_id)


@blueprint.post(f"{ONE}/rejudge")
@allow(Permission.MANAGE_SUBSCRIBERS)
def judge_again(subscriber_id: int) -> AnyResponse:
    """Judge what came back of their mail by today's rules."""
    find_subscriber(session(), subscriber_id)
    done = rejudge_person(session(), subscriber_id, actor=current_actor())
    session().commit()
    if done.lifted:
        flash(_("By today's rules they are not suppressed: they will get what they subscribe to."), "success")
    elif done.suppressed:
        flash(_("By today's rules their address is suppressed."), "warning")
    else:
        flash(_("Today's rules say the same."), "info")
    return _back(subscriber_id)


def _lift(subscriber_id: int) -> bool:
    if not editors_may_lift(session(), find_subscriber(session(), subscriber_id)):
        return lift_suppression(session(), subscriber_id, actor=current_actor())
    lift_bounces(session(), subscriber_id, None, actor=current_actor())
    return True


def _suppress_form(subscriber_id: int, note: str, problems: dict[str, str], status: int) -> AnyResponse:
    profile = load_profile(session(), subscriber_id)
    page = render_template(
        "admin/subscribers/suppress.html",
        publication=home_of(profile.subscriptions),
        subscriber=profile.subscriber,
        subscriptions=profile.subscriptions,
        note=note,
        problems=problems,
    )
    return make_response(page, status)


def _back(subscriber_id: int) -> AnyResponse:
    return redirect(url_for(".person", subscriber_id=subscriber_id), 303)

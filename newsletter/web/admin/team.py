"""`/admin/team`: who may sign in, and as what. For owners."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts import invite, roles
from newsletter.accounts.find import all_users, find_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, RoleName
from newsletter.core.errors import DomainError, Refused
from newsletter.web.accounts.mail_language import mail_language
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.admin.guard import allow, current_actor, current_user
from newsletter.web.admin.team_forms import InviteForm
from newsletter.web.database import session

blueprint = Blueprint("admin_team", __name__, url_prefix="/admin")


@blueprint.get("/team")
@allow(Permission.MANAGE_TEAM)
def show() -> str:
    """Everybody."""
    users = all_users(session())
    return render_template("admin/team/list.html", users=users, me=current_user())


@blueprint.get("/team/invite")
@allow(Permission.MANAGE_TEAM)
def ask() -> str:
    """The form to invite somebody."""
    return render_template("admin/team/invite.html", form=InviteForm())


@blueprint.post("/team/invite")
@allow(Permission.MANAGE_TEAM)
def send() -> AnyResponse | tuple[str, int]:
    """Add them and write to them."""
    form = InviteForm()
    if not form.validate():
        return render_template("admin/team/invite.html", form=form), 400
    try:
        user = invite.invite(
            session(),
            email=form.text("email"),
            role=RoleName(form.text("role")),
            locale=mail_language(),
            actor=current_actor(),
            ip=_ip(),
        )
    except DomainError as error:
        session().rollback()
        form.email.errors = [sentence_for(error)]
        return render_template("admin/team/invite.html", form=form), 400
    session().commit()
    flash(_("An invitation is on its way to %(address)s.", address=user.email), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/team/<int:user_id>/invitation")
@allow(Permission.MANAGE_TEAM)
def send_again(user_id: int) -> AnyResponse:
    """A new invitation; the earlier one stops working."""

    def change(user: User) -> str:
        invite.invite_again(session(), user, locale=mail_language(), actor=current_actor(), ip=_ip())
        return str(_("A new invitation is on its way to %(address)s.", address=user.email))

    return _change(user_id, change)


@blueprint.post("/team/<int:user_id>/role")
@allow(Permission.MANAGE_TEAM)
def set_role(user_id: int) -> AnyResponse:
    """Make somebody an owner or an editor."""

    def change(user: User) -> str:
        role = _role(request.form.get("role", ""))
        roles.change_role(session(), user, role, actor=current_actor(), ip=_ip())
        if role is RoleName.OWNER:
            return str(_("%(address)s is now an owner.", address=user.email))
        return str(_("%(address)s is now an editor.", address=user.email))

    return _change(user_id, change)


@blueprint.post("/team/<int:user_id>/deactivate")
@allow(Permission.MANAGE_TEAM)
def deactivate_user(user_id: int) -> AnyResponse:
    """Sign somebody out everywhere and let them in no more."""

    def change(user: User) -> str:
        roles.deactivate(session(), user, actor=current_actor(), ip=_ip())
        return str(_("%(address)s can no longer sign in.", address=user.email))

    return _change(user_id, change)


@blueprint.post("/team/<int:user_id>/reactivate")
@allow(Permission.MANAGE_TEAM)
def reactivate_user(user_id: int) -> AnyResponse:
    """Let somebody in again."""

    def change(user: User) -> str:
        roles.reactivate(session(), user, actor=current_actor(), ip=_ip())
        return str(_("%(address)s can sign in again.", address=user.email))

    return _change(user_id, change)


def _change(user_id: int, change: Callable[[User], str]) -> AnyResponse:
    """Do `change` to somebody else, say what was done or why not, and show the team again."""
    user = find_user(session(), user_id)
    try:
        if user.id == current_user().id:
            raise Refused("own_account", _("You cannot do this to your own account. Ask another owner."))
        sentence = change(user)
    except DomainError as error:
        session().rollback()
        flash(sentence_for(error), "error")
    else:
        session().commit()
        flash(sentence, "success")
    return redirect(url_for(".show"), 303)


def _role(text: str) -> RoleName:
    try:
        return RoleName(text)
    except ValueError:
        raise Refused("unknown_role", _("This role does not exist.")) from None


def _ip() -> str:
    return request.remote_addr or ""

"""The form to invite somebody."""

from flask_babel import lazy_gettext
from wtforms import EmailField, RadioField
from wtforms.validators import InputRequired

from newsletter.accounts.permissions import RoleName
from newsletter.web.forms import Form, choices

ROLES: dict[RoleName, object] = {
    RoleName.EDITOR: lazy_gettext("Editor: writes and sends issues, manages subscribers and publications"),
    RoleName.OWNER: lazy_gettext("Owner: all of that, plus settings and the team"),
}


class InviteForm(Form):
    """Who, and as what."""

    email = EmailField(
        lazy_gettext("Email address"),
        validators=[InputRequired(lazy_gettext("Please enter an email address."))],
        description=lazy_gettext("The invitation is sent there, and they sign in with it."),
    )
    role = RadioField(lazy_gettext("Role"), choices=lambda: choices(ROLES), default=RoleName.EDITOR.value)

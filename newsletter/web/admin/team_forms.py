"""The form to invite somebody."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from wtforms import EmailField, RadioField  # type: ignore[import-untyped,unused-ignore]
from wtforms.fields import SelectChoice  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import InputRequired  # type: ignore[import-untyped,unused-ignore]

from newsletter.accounts.permissions import RoleName

ROLES = [
    SelectChoice(
        RoleName.EDITOR.value,
        lazy_gettext("Editor: makes issues, sends them, looks after subscribers and publications"),
    ),
    SelectChoice(RoleName.OWNER.value, lazy_gettext("Owner: all that, and settings and the team")),
]


class InviteForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Who, and as what."""

    email = EmailField(
        lazy_gettext("Email address"),
        validators=[InputRequired(lazy_gettext("Please write an email address."))],
        description=lazy_gettext("They sign in with it, and the invitation goes there."),
    )
    role = RadioField(lazy_gettext("Role"), choices=ROLES, default=RoleName.EDITOR.value)

"""The form to sign in."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from wtforms import EmailField, HiddenField, PasswordField  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import InputRequired  # type: ignore[import-untyped,unused-ignore]


class SignInForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """Address and password; `next` is where to go afterwards."""

    email = EmailField(
        lazy_gettext("Email address"),
        validators=[InputRequired(lazy_gettext("Please write your email address."))],
    )
    password = PasswordField(
        lazy_gettext("Password"), validators=[InputRequired(lazy_gettext("Please write your password."))]
    )
    next = HiddenField()

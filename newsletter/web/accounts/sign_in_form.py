"""The forms to sign in, and to show once more who it is."""

from flask_babel import lazy_gettext
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired

from newsletter.web.forms import Form


class SignInForm(Form):
    """Address and password; `next` is where to go afterwards."""

    email = EmailField(
        lazy_gettext("Email address"),
        validators=[InputRequired(lazy_gettext("Please enter your email address."))],
    )
    password = PasswordField(
        lazy_gettext("Password"), validators=[InputRequired(lazy_gettext("Please enter your password."))]
    )
    next = HiddenField()


class PasswordAgainForm(Form):
    """The password of who is signed in; `next` is where to go afterwards."""

    password = PasswordField(
        lazy_gettext("Password"), validators=[InputRequired(lazy_gettext("Please enter your password."))]
    )
    next = HiddenField()

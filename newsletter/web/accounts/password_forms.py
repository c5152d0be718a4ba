"""The forms in which a password is chosen, asked for anew or changed."""

from flask_babel import lazy_gettext
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from newsletter.accounts.passwords import SHORTEST
from newsletter.web.forms import Form

ADDRESS_WANTED = lazy_gettext("Please enter your email address.")
PASSWORD_WANTED = lazy_gettext("Please choose a password.")
PASSWORD_HINT = lazy_gettext(
    "At least %(least)s characters. A few words are easy to remember.", least=SHORTEST
)


class AddressForm(Form):
    """The address of who forgot their password."""

    email = EmailField(lazy_gettext("Email address"), validators=[InputRequired(ADDRESS_WANTED)])


class ChoosePasswordForm(Form):
    """A first or a new password, for somebody whom a link has named."""

    password = PasswordField(
        lazy_gettext("Password"), description=PASSWORD_HINT, validators=[InputRequired(PASSWORD_WANTED)]
    )


class SetUpForm(ChoosePasswordForm):
    """The first owner."""

    email = EmailField(lazy_gettext("Your email address"), validators=[InputRequired(ADDRESS_WANTED)])


class ChangePasswordForm(Form):
    """The present password and the next."""

    current = PasswordField(
        lazy_gettext("Current password"),
        validators=[InputRequired(lazy_gettext("Please enter your current password."))],
    )
    password = PasswordField(
        lazy_gettext("New password"), description=PASSWORD_HINT, validators=[InputRequired(PASSWORD_WANTED)]
    )

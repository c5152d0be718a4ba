"""The sign-up form: on our page, in a frame on another site, or as plain HTML anywhere."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import EmailField, HiddenField, StringField
from wtforms.validators import (
    InputRequired,
    ValidationError,
)

from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Refused
from newsletter.web.forms import Form


class AddressForm(Form):
    """`email`, a full address, which is `address` once the form is valid."""

    email = EmailField(
        lazy_gettext("Email address"),
        validators=[InputRequired(lazy_gettext("Please enter your email address."))],
    )

    address: Address

    def validate_email(self, field: Any) -> None:
        try:
            self.address = parse_address(field.data)
        except Refused:
            sentence = lazy_gettext("Please enter a full email address, like ana@example.org.")
            raise ValidationError(sentence) from None


class SubscribeForm(AddressForm):
    """`email` and, if they like, `name`; `website` is the field for programs, `stamp` when it was shown.

    `issue`: the slug of the issue in the archive whose page led here, if one did; `page` and `utm` say what
    else did (`subscribers.origin`). `language` where the form asks for it, `proof` of work in attack mode.
    Topics, tags and attributes are read by `choice_fields`.
    """

    # No CSRF token. The form may stand on any site, where it cannot have one; a forged request can do no
    # more than an honest one: ask for a confirmation that only the owner of the address can give. What
    # protects it is `newsletter.subscribers.signup_protection`, and it uses no cookie.

    name = StringField(lazy_gettext("Your name"))
    website = StringField()
    stamp = HiddenField()
    issue = HiddenField()
    page = HiddenField()
    utm = HiddenField()
    language = HiddenField()
    proof = HiddenField()

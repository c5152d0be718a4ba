"""The form with which a reader suggests a link."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import EmailField, HiddenField, StringField, TextAreaField, URLField
from wtforms.validators import InputRequired, Length, ValidationError

from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Refused
from newsletter.core.text import without_nul
from newsletter.curation.models import NAME_LENGTH
from newsletter.curation.suggest import LONGEST_REASON, read_link
from newsletter.web.forms import Form

NOT_A_LINK = lazy_gettext("Please enter one link, like https://example.org/story.")


class SuggestForm(Form):
    """`url` and, if they like, why, who and where; `website` is the field for programs."""

    # No CSRF token, for the reasons of the sign-up form: it uses no cookie, and can do no more than anybody.

    url = URLField(lazy_gettext("Link"), validators=[InputRequired(NOT_A_LINK)])
    why = TextAreaField(
        lazy_gettext("Why is it worth reading?"),
        validators=[Length(max=LONGEST_REASON, message=lazy_gettext("At most 1,000 characters, please."))],
    )
    name = StringField(
        lazy_gettext("Your name"),
        validators=[Length(max=NAME_LENGTH, message=lazy_gettext("At most 120 characters, please."))],
    )
    email = EmailField(lazy_gettext("Email address"))
    website = StringField()
    stamp = HiddenField()

    link: str
    address: Address | None = None

    def validate_url(self, field: Any) -> None:
        self.link = read_link(without_nul(field.data or ""))
        if not self.link:
            raise ValidationError(NOT_A_LINK)

    def validate_email(self, field: Any) -> None:
        if not (field.data or "").strip():
            return
        try:
            self.address = parse_address(field.data)
        except Refused:
            sentence = lazy_gettext("Please enter a full email address, like ana@example.org.")
            raise ValidationError(sentence) from None

"""The forms of the preferences page."""

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from newsletter.core import i18n
from newsletter.subscribers.models import Subscriber
from newsletter.web.forms import Form

AS_PUBLISHED = "publication"  # the choice of no language of one's own


class PreferencesForm(Form):
    """A person's name and language."""

    name = StringField(lazy_gettext("Your name"))
    language = SelectField(lazy_gettext("Language"), validators=[InputRequired()])

    @classmethod
    def of(cls, subscriber: Subscriber) -> "PreferencesForm":
        """With what is kept of the person, whatever the request sends."""
        return cls(sent=False, name=subscriber.name, language=subscriber.language or AS_PUBLISHED)

    def offer_languages(self) -> None:
        """Each language under its own name, after "as the publication"."""
        self.language.choices = {AS_PUBLISHED: _("Same as newsletter"), **languages()}


def languages() -> dict[str, str]:
    """The own name of each language that we have, by its code."""
    return {code: _own_name(code) for code in i18n.available()}


def _own_name(code: str) -> str:
    name = Locale.parse(code, sep="-").get_display_name() or code
    return str(name[:1].upper() + name[1:])

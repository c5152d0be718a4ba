"""The forms of the preferences page."""

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from newsletter.core import i18n
from newsletter.web.forms import Form

AS_PUBLISHED = "publication"  # the choice of no language of one's own


class PreferencesForm(Form):
    """A person's name and language."""

    name = StringField(lazy_gettext("Your name"))
    language = SelectField(lazy_gettext("Language"), validators=[InputRequired()])

    def offer_languages(self) -> None:
        """Each language under its own name, after "as the publication"."""
        names = {code: _own_name(code) for code in i18n.available()}
        self.language.choices = {AS_PUBLISHED: _("Same as newsletter"), **names}


def _own_name(code: str) -> str:
    name = Locale.parse(code, sep="-").get_display_name() or code
    return str(name[:1].upper() + name[1:])

"""The forms of the preferences page."""

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from wtforms import SelectField, StringField  # type: ignore[import-untyped,unused-ignore]
from wtforms.validators import InputRequired, ValidationError  # type: ignore[import-untyped,unused-ignore]

from newsletter.core import i18n

AS_PUBLISHED = "publication"  # the choice of no language of one's own
CHOOSE_LANGUAGE = lazy_gettext("Please choose one of the languages.")


class PreferencesForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """A person's name and language."""

    class Meta:
        csrf = False  # see newsletter.web.public.preferences

    name = StringField(lazy_gettext("Your name"))
    language = SelectField(
        lazy_gettext("Language"), validators=[InputRequired(CHOOSE_LANGUAGE)], validate_choice=False
    )

    def offer_languages(self) -> None:
        """Each language under its own name, after "as the publication"."""
        self.language.choices = [
            (AS_PUBLISHED, _("As each publication has it")),
            *((code, _own_name(code)) for code in i18n.available()),
        ]

    def validate_language(self, field: SelectField) -> None:
        if field.data not in (AS_PUBLISHED, *i18n.available()):
            raise ValidationError(CHOOSE_LANGUAGE)


def _own_name(code: str) -> str:
    name = Locale.parse(code, sep="-").get_display_name() or code
    return str(name[:1].upper() + name[1:])

"""The form of how much a relay takes."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.widgets import DateInput

from newsletter.core.errors import DomainError
from newsletter.transports.limit_settings import FIELDS, LimitSettings, check_limits, check_name
from newsletter.transports.models import Transport
from newsletter.web.forms import Form, choices

DIALOGUES: dict[str, object] = {
    "chunking": _("As fast as the relay allows: whole messages, one after another"),
    "pipelining": _("One message at a time, with its commands sent together"),
    "plain": _("One command at a time"),
}


class LimitsForm(Form):
    """Named as in `check_limits`; `name` is what the relay is called."""

    name = StringField(_("Name"), description=_("Shown on this page and in messages about mailings."))
    weight = StringField(
        _("Weight"),
        description=_(
            "Its share of the mail: a relay with 3 takes three times as much as one with 1. With 0"
            " it is a backup, "
            "used only when no other relay can send."
        ),
    )
    per_second = StringField(_("Messages a second"), description=_("Such as 10, or 0.5. Empty: no limit."))
    per_day = StringField(
        _("Messages a day"), description=_("Days start at midnight in the time zone below.")
    )
    connections = StringField(_("Connections at once"), description=_("Across all workers."))
    messages_per_connection = StringField(_("Messages per connection"))
    provider_limits = StringField(
        _("Messages a second per provider"),
        description=_("Such as gmail=20 microsoft=5. Messages over the limit are sent a little later."),
    )
    hours = StringField(_("Hours"), description=_("Such as 08:00-20:00. Empty: always."))
    zone = StringField(_("Time zone"), description=_("For hours and days, such as Europe/Rome."))
    warm_up_from = StringField(
        _("Warm-up: first day"),
        widget=DateInput(),
        description=_("For a sending address that mail providers do not know yet."),
    )
    warm_up_per_day = StringField(
        _("Warm-up: messages on the first day"),
        description=_("Half as many again each following day, for 30 days."),
    )
    dialogue = SelectField(_("Transmission"), choices=lambda: choices(DIALOGUES), validate_choice=False)

    def fill(self, transport: Transport) -> None:
        """Show what is stored."""
        facts = LimitSettings.of(transport).as_json()
        rates = " ".join(f"{provider}={rate:g}" for provider, rate in facts["provider_limits"].items())
        for name in FIELDS:
            value = facts[name]
            self[name].data = (
                "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            )
        self.provider_limits.data = rates
        self.name.data = "" if transport.name == transport.host else transport.name

    def facts(self) -> tuple[str, LimitSettings] | None:
        """The name and the limits that were typed; None when a field says what is wrong."""
        valid = self.validate()
        problems: dict[str, str] = {}
        name, limits = "", LimitSettings()
        try:
            name = check_name(self.text("name"))
        except DomainError as error:
            problems |= error.fields
        try:
            limits = check_limits({field: self.text(field) for field in FIELDS})
        except DomainError as error:
            problems |= error.fields
        self.show_problems(problems)
        return (name, limits) if valid and not problems else None

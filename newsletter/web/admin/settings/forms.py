"""The form of the relay: to save it, and to try it before."""

from flask_babel import lazy_gettext as _
from wtforms import (
    EmailField,
    PasswordField,
    RadioField,
    StringField,
)
from wtforms.validators import InputRequired

from newsletter.core.errors import DomainError
from newsletter.smtp.url import Relay
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings, check_relay, with_kept_password
from newsletter.transports.security import Security
from newsletter.web.forms import Form, choices

SECURITIES: dict[Security, object] = {
    Security.STARTTLS: _(
        "STARTTLS: starts unencrypted, then encrypts; usually port 587. On this machine, only if"
        " the relay offers it"
    ),
    Security.TLS: _("TLS: encrypted from the start; usually port 465"),
    Security.NONE: _("None: only for a relay on this machine or in its network; usually port 25"),
}


class RelayForm(Form):
    """Named as in `check_relay`; `to` is where the test message goes."""

    host = StringField(
        _("Host"),
        [InputRequired(_("Enter the relay's host name, such as smtp.example.org."))],
        description=_("The name of the SMTP server, or its IP address."),
    )
    security = RadioField(
        _("Encryption"),
        choices=lambda: choices(SECURITIES),
        default=Security.STARTTLS.value,
        validate_choice=False,
    )
    port = StringField(
        _("Port"), description=_("If empty, the usual port is used: 25 for a relay on this machine.")
    )
    username = StringField(_("User name"), description=_("Leave empty if the relay needs no sign-in."))
    password = PasswordField(_("Password"))
    to = EmailField(_("Test message to"), description=_("One short message, to check that it arrives."))

    def facts(self, kept: RelaySettings | None) -> RelaySettings | None:
        """What was typed, with the kept password where none was; None when a field says what is wrong."""
        if not self.validate():
            return None
        try:
            typed = check_relay(
                host=self.text("host"),
                port=self.text("port"),
                security=self.text("security"),
                username=self.text("username"),
                password=self.text("password"),
            )
            return with_kept_password(typed, kept)
        except DomainError as error:
            self.show_problems(error.fields)
            return None

    def fill(self, transport: Transport | None, relay: Relay | None) -> None:
        """Show the saved relay; or, as a beginning, the one of the environment without its password."""
        if transport is not None:
            self.host.data, self.port.data = transport.host, str(transport.port)
            self.security.data, self.username.data = transport.security.value, transport.username
        elif relay is not None:
            self.host.data, self.port.data = relay.host, str(relay.port)
            self.security.data, self.username.data = Security.of(relay.encryption).value, relay.user or ""

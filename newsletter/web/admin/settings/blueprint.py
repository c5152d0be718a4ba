"""The blueprint of the settings, and what their pages are made of."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core import clock
from newsletter.core.errors import DomainError
from newsletter.smtp.failures import SessionFailed
from newsletter.transports.environment import environment_transports
from newsletter.transports.find import all_transports, stored_settings, stored_transport
from newsletter.transports.models import Transport
from newsletter.transports.overview import Overview, overview
from newsletter.transports.provider_defaults import provider_defaults_for
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.transport_config import TransportConfig, row_key
from newsletter.web.admin.dates import utc_moment
from newsletter.web.admin.guard import current_user
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.settings.limits_form import LimitsForm
from newsletter.web.admin.words import relays as words
from newsletter.web.current import settings
from newsletter.web.database import session

blueprint = Blueprint("admin_settings", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class InUse:
    """The relays that mail leaves by now: the saved ones in their order, else the environment's.

    `problem` says why those of the environment cannot be used, when they are needed.
    """

    transports: list[Transport]
    configs: list[TransportConfig]
    problem: str = ""

    @property
    def only(self) -> Transport | None:
        """The saved one, when there is one alone: the ordinary case, which has everything on one page."""
        return self.transports[0] if len(self.transports) == 1 else None

    @property
    def embedded(self) -> bool:
        """Whether nothing was set, so that the built-in mailbox catches every message."""
        return not self.transports and settings().uses_embedded_smtp

    def of(self, config: TransportConfig) -> Transport | None:
        """The saved one behind `config`."""
        return next((one for one in self.transports if row_key(one.id) == config.key), None)

    def called(self, key: str) -> TransportConfig | None:
        """The one with this key; the first where none is named."""
        return next((one for one in self.configs if key in {"", one.key}), None)

    def overviews(self) -> list[Overview]:
        """Availability, usage and limits of each of them."""
        return overview(session(), self.configs, clock.now())


def in_use() -> InUse:
    """What is used now."""
    rows = all_transports(session())
    if rows:
        return InUse(rows, [stored_transport(row, settings().secrets) for row in rows])
    try:
        return InUse([], environment_transports(settings().effective_smtp_url))
    except DomainError as error:
        return InUse([], [], error.message)


def kept_facts(transport: Transport | None) -> RelaySettings | None:
    """A saved relay with its password in clear, for nobody's eyes; None when that cannot be read."""
    try:
        return stored_settings(transport, settings().secrets) if transport else None
    except SessionFailed:
        return None


def page(template: str, form: RelayForm | None, status: int, **facts: Any) -> AnyResponse:
    """A page of settings. A password that was typed is not in it."""
    if form is not None and form.to.data is None:
        form.to.data = current_user().email
    body = render_template(
        f"admin/settings/{template}.html", form=form, moment=utc_moment, words=words, **facts
    )
    return make_response(body, status)


def edit_page(
    transport: Transport | None,
    form: RelayForm,
    status: int,
    limits: LimitsForm | None = None,
    **facts: Any,
) -> AnyResponse:
    """The page of one relay, or of a new one; `limits` is the form as it was typed."""
    if limits is None:
        limits = LimitsForm(sent=False)
        if transport is not None:
            limits.fill(transport)
    usual = provider_defaults_for(transport.host) if transport else None
    return page("edit", form, status, transport=transport, limits=limits, usual=usual, **facts)

"""The blueprint of the settings, and their page."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.errors import DomainError
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.url import Relay, parse_smtp_url
from newsletter.transports.facts import RelayFacts
from newsletter.transports.find import find_transport, stored_facts
from newsletter.transports.models import Transport
from newsletter.web.admin.guard import current_user
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.words import utc_moment
from newsletter.web.current import settings
from newsletter.web.database import session

blueprint = Blueprint("admin_settings", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class InUse:
    """The relay that mail leaves by now: the saved one, else the environment's.

    `kept` is the saved one with its password in clear, for nobody's eyes; `problem` says why it is not there.
    """

    transport: Transport | None
    environment: Relay | None
    kept: RelayFacts | None = None
    problem: str = ""

    @property
    def relay(self) -> Relay | None:
        return (
            self.kept.relay
            if self.transport and self.kept
            else self.environment
            if not self.transport
            else None
        )

    @property
    def embedded(self) -> bool:
        """Whether nothing was set, so that the built-in mailbox catches every message."""
        return self.transport is None and settings().uses_embedded_smtp


def in_use() -> InUse:
    """What is used now."""
    transport = find_transport(session())
    try:
        environment = parse_smtp_url(settings().effective_smtp_url)
    except DomainError as error:
        environment, problem = None, error.message
    else:
        problem = ""
    if transport is None:
        return InUse(None, environment, None, problem)
    try:
        return InUse(transport, environment, stored_facts(transport, settings().secrets))
    except SessionFailed as error:
        return InUse(transport, environment, None, error.message)


def page(form: RelayForm, status: int, **facts: Any) -> AnyResponse:
    """The page of settings. A password that was typed is not in it."""
    if form.to.data is None:
        form.to.data = current_user().email
    body = render_template("admin/settings/show.html", form=form, used=in_use(), moment=utc_moment, **facts)
    return make_response(body, status)

"""`/admin/settings/relay/test`: try a relay step by step, the one that was typed or the one in use.

No transaction is open while the relay is talked to. It takes some fifteen seconds at most.
"""

from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.rendering.addresses import needs_smtputf8, to_ascii_domain
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.probe import Finding, ProbeStep, Result, probe
from newsletter.smtp.url import Relay
from newsletter.web.admin.frame import current_publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.settings.pages import blueprint, in_use, page
from newsletter.web.current import links, settings
from newsletter.web.database import session


@blueprint.post("/settings/relay/test")
@allow(Permission.MANAGE_SETTINGS)
def test() -> AnyResponse:
    """Try it, and say what came of each step. With `part=1` only that part of the page."""
    form, used = RelayForm(), in_use()
    if "in_use" in request.form:
        form.fill(used.transport, None if used.embedded else used.environment)
        relay = used.relay
        problem = used.problem if relay is None else ""
    else:
        facts = form.facts(used.kept)
        relay = facts.relay if facts else None
        problem = ""
    recipient = _recipient(form)
    if relay is None or recipient is None:
        return _refusal(form, problem)
    sender = _sender()
    findings = _try(relay, sender, recipient)
    told = {"findings": findings, "tried": relay.where, "sender": sender, "recipient": recipient}
    if "part" in request.form:
        return make_response(render_template("admin/settings/_findings.html", **told, **_words()))
    return page(form, 200, **told, **_words())


def _try(relay: Relay, sender: str, recipient: str) -> tuple[Finding, ...]:
    actor = current_actor()
    session().rollback()  # on SQLite everybody else would wait for us while we wait for the relay
    envelope = Envelope(0, sender, recipient, _letter(sender, recipient), needs_smtputf8(recipient))
    findings = probe(relay, settings().mail_name, envelope)
    failed = next((one.step.value for one in findings if one.result is Result.FAILED), "")
    audit.record(session(), "relay.tested", "transport", None, actor=actor, relay=relay.where, failed=failed)
    session().commit()
    return findings


def _recipient(form: RelayForm) -> str | None:
    """Where the test message goes; None when that is no address, which the field then says."""
    try:
        return parse_address(form.to.data or current_actor()).email
    except Refused as error:
        form.to.errors = [error.message]
        return None


def _sender() -> str:
    """The sender of the publication one was at last, else an address at the public host."""
    publication = current_publication()
    if publication is not None and publication.sender_email:
        return publication.sender_email
    return f"newsletter@{urlsplit(links().public_url).hostname or 'localhost'}"


def _letter(sender: str, recipient: str) -> bytes:
    message = EmailMessage(SMTPUTF8 if needs_smtputf8(recipient) else SMTP)
    domain = sender.rpartition("@")[2]
    message["From"] = f"{sender.rpartition('@')[0]}@{to_ascii_domain(domain)}"
    message["To"] = recipient if needs_smtputf8(recipient) else _ascii(recipient)
    message["Subject"] = "The relay works"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=to_ascii_domain(domain))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This test message was sent from the settings of {links().public_url}\n")
    return message.as_bytes()


def _ascii(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local}@{to_ascii_domain(domain)}"


def _refusal(form: RelayForm, problem: str) -> AnyResponse:
    if "part" not in request.form:
        return page(form, 400, problem=problem)
    problems = [(field.label.text, str(field.errors[0])) for field in form if field.errors]
    body = render_template("admin/settings/_findings.html", findings=(), problems=problems, problem=problem)
    return make_response(body, 400)


def _words() -> dict[str, dict[str, str]]:
    """What steps and results are called."""
    return {
        "step_words": {
            ProbeStep.LOOK_UP: _("Look up the name"),
            ProbeStep.CONNECT: _("Connect"),
            ProbeStep.GREETING: _("Greeting"),
            ProbeStep.TLS: _("Encryption (TLS)"),
            ProbeStep.AUTH: _("Sign in (AUTH)"),
            ProbeStep.MESSAGE: _("Test message"),
        },
        "result_words": {
            Result.DONE: _("Done"),
            Result.FAILED: _("Failed"),
            Result.NOT_REACHED: _("Not reached"),
            Result.NOT_NEEDED: _("Not needed"),
        },
    }

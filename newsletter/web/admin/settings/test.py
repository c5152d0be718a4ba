"""`/admin/settings/relay/test`: try a relay step by step, the one that was typed or one in use.

No transaction is open while the relay is talked to. It takes some fifteen seconds at most.
"""

from typing import Any

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Limited, Refused
from newsletter.core.public_url import default_sender
from newsletter.smtp.probe import Finding
from newsletter.smtp.url import Relay
from newsletter.transports.models import Transport
from newsletter.transports.send_probe import failed_step, send_probe
from newsletter.web import limits
from newsletter.web.admin.frame import current_publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.settings.blueprint import InUse, blueprint, edit_page, in_use, kept_facts, page
from newsletter.web.admin.settings.forms import RelayForm
from newsletter.web.admin.words.relays import RESULTS, STEPS
from newsletter.web.current import links, settings
from newsletter.web.database import session


@blueprint.post("/settings/relay/test")
@allow(Permission.MANAGE_SETTINGS)
def test() -> AnyResponse:
    """Try it, and say what came of each step. With `part=1` only that part of the page.

    `in_use` asks for one that is used: with `key` the one that is called so, else the first. Otherwise it is
    what was typed: on the page of the saved one with the id `transport`, on that of a new one, or on the
    page of the only one.
    """
    form, used = RelayForm(), in_use()
    edited = _edited(used.transports)
    relay, problem = None, ""
    if "in_use" in request.form:
        form.fill(used.only, None)
        relay, problem = _used(used, request.form.get("key", ""))
    else:
        typed = form.facts(kept_facts(edited or _only(used)))
        relay = typed.relay if typed else None
    recipient = _recipient(form)
    if relay is None or recipient is None:
        return _answer(used, edited, form, 400, problem=problem, findings=())
    try:
        limits.consume_relay_test(current_actor())
    except Limited as error:
        form.to.errors = [error.message]
        return _answer(used, edited, form, 429, problem=error.message, findings=())
    sender = _sender()
    findings = _try(relay, sender, recipient)
    facts = {"findings": findings, "tried": relay.where, "sender": sender, "recipient": recipient}
    return _answer(used, edited, form, 200, **facts)


def _edited(transports: list[Transport]) -> Transport | None:
    """The saved relay whose page the form is on."""
    wanted = request.form.get("transport", "")
    return next((one for one in transports if str(one.id) == wanted), None)


def _only(used: InUse) -> Transport | None:
    """The one that the form on the page of all is about."""
    return None if "transport" in request.form else used.only


def _used(used: InUse, key: str) -> tuple[Relay | None, str]:
    """The relay to try, or why there is none."""
    config = used.called(key)
    if config is None:
        return None, used.problem or str(_("This relay is no longer in use."))
    return (None, config.broken.message) if config.broken else (config.relay, "")


def _answer(used: InUse, edited: Transport | None, form: RelayForm, status: int, **facts: Any) -> AnyResponse:
    """The page that the form is on, or only what came of the test."""
    facts |= {"step_words": STEPS, "result_words": RESULTS}
    if "part" in request.form:
        problems = [(field.label.text, str(field.errors[0])) for field in form if field.errors]
        body = render_template("admin/settings/_findings.html", problems=problems, **facts)
        return make_response(body, status)
    if "in_use" in request.form or "transport" not in request.form:
        return page("show", form, status, used=used, **facts)
    return edit_page(edited, form, status, **facts)


def _try(relay: Relay, sender: str, recipient: str) -> tuple[Finding, ...]:
    actor = current_actor()
    session().rollback()  # on SQLite everybody else would wait for us while we wait for the relay
    findings = send_probe(relay, settings().mail_name, sender, recipient, links().public_url)
    failed = failed_step(findings)
    facts = {"relay": relay.where, "failed": failed.value if failed else ""}
    audit.record(session(), "relay.tested", "transport", None, actor=actor, **facts)
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
    return default_sender(links().public_url)

"""Buttons of the page *Deliverability* that change the key that signs: make one, sign with it, remove one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import DomainError, Refused
from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.check import can_be_checked, check_soon, forget_self_test
from newsletter.transports.dkim_keys import Published, published
from newsletter.transports.dkim_rotation import (
    KeyState,
    find_key_for,
    is_seen,
    key_state,
    keys_for,
    make_next_key,
    record_stays_until,
    remove_unneeded,
    start_signing,
)
from newsletter.transports.models import DkimKey
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.publications.blueprint import blueprint, load_publication, start_afresh
from newsletter.web.current import settings
from newsletter.web.database import session

KEY_WORDS = {
    KeyState.UNSEEN: (lazy_gettext("Not in the DNS yet"), "warning"),
    KeyState.READY: (lazy_gettext("Ready to sign"), "info"),
    KeyState.SIGNING: (lazy_gettext("Signing"), "success"),
    KeyState.RETIRED: (lazy_gettext("No longer signs"), None),
    KeyState.FINISHED: (lazy_gettext("No longer needed"), None),
}


@dataclass(frozen=True)
class ShownKey:
    """A key as the page shows it. `record` is None, and `problem` says why, where it cannot be read."""

    key: DkimKey
    state: KeyState
    seen: bool
    stays_until: datetime
    record: Published | None
    problem: str


def shown_keys(domain: str) -> list[ShownKey]:
    """The keys for mail from `domain`."""
    return [_shown(key) for key in keys_for(session(), domain)] if can_be_checked(domain) else []


def _shown(key: DkimKey) -> ShownKey:
    record, problem = None, key.record_problem
    try:
        record = published(key, settings().secrets)
    except DomainError as error:
        problem = error.message
    return ShownKey(key, key_state(key), is_seen(key), record_stays_until(key), record, problem)


@blueprint.post("/p/<slug>/deliverability/keys")
@allow(Permission.MANAGE_SETTINGS)
def make_signing_key(slug: str) -> AnyResponse:
    """A new key, which signs nothing yet; a worker looks for its record."""

    def make(domain: str) -> str:
        if not can_be_checked(domain):
            raise Refused("dkim", _("The sender’s address has a domain that is not in the DNS."))
        make_next_key(session(), domain, settings().secrets, actor=current_actor())
        check_soon(session(), domain)
        return str(_("The key was created. Publish its record: as soon as the DNS has it, the key can sign."))

    return _change(slug, make)


@blueprint.post("/p/<slug>/deliverability/keys/<int:key_id>/sign")
@allow(Permission.MANAGE_SETTINGS)
def sign_with_key(slug: str, key_id: int) -> AnyResponse:
    """Sign with this key from now on, if its record was seen or somebody says that it is there."""

    def sign(domain: str) -> str:
        key = find_key_for(session(), domain, key_id)
        unseen = request.form.get("unseen") == "yes"
        start_signing(session(), key, settings().secrets, is_unseen_accepted=unseen, actor=current_actor())
        forget_self_test(session(), domain)
        return str(_("Mail is signed with %(selector)s from now on.", selector=key.selector))

    return _change(slug, sign)


@blueprint.post("/p/<slug>/deliverability/keys/<int:key_id>/remove")
@allow(Permission.MANAGE_SETTINGS)
def remove_signing_key(slug: str, key_id: int) -> AnyResponse:
    """Remove a key that nothing needs."""

    def remove(domain: str) -> str:
        key = find_key_for(session(), domain, key_id)
        selector = key.selector
        remove_unneeded(session(), key, actor=current_actor())
        return str(_("The key %(selector)s was removed. Delete its record from the DNS.", selector=selector))

    return _change(slug, remove)


def _change(slug: str, change: Callable[[str], str]) -> AnyResponse:
    """Do it, say so or why not, and show the page again."""
    domain = sender_domain(load_publication(slug))
    try:
        sentence = change(domain)
    except DomainError as error:
        start_afresh()
        flash(error.message, "error")
    else:
        session().commit()
        flash(sentence, "success")
    return redirect(url_for("admin_publications.deliverability", slug=slug) + "#keys-title", 303)

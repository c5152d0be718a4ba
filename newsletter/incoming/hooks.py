"""Posts of providers about our deliveries, `/hooks/<provider>/<token>`: the same path as for mail.

The token in the address is ours, the signature the provider's. Whatever is not genuine changes nothing but a
count.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from http.client import HTTPSConnection
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core.errors import DomainError, Missing, OperatorMustAct
from newsletter.core.links import Links
from newsletter.core.logs import Logger
from newsletter.core.tokens import Purpose
from newsletter.feedback.count_refused import count_refused
from newsletter.feedback.take import Intake, take
from newsletter.feedback.webhooks import WEBHOOKS, HookAccount, Posted, Reading, read_webhook
from newsletter.incoming.models import TakenMessage

PATH = "/hooks/"
TOPICS = "arn:"  # how what is believed of Amazon begins: a topic instead of a secret
FETCH_SECONDS = 5
LARGEST_CERTIFICATE = 64 * 1024  # octets

log = Logger(__name__)


def read_hook_accounts(text: str) -> dict[str, HookAccount]:
    """The accounts in the setting WEBHOOKS, `mailgun=KEY ses=arn:…`; `OperatorMustAct` for what is none."""
    secrets: dict[str, list[str]] = {}
    for word in text.split():
        provider, is_given, secret = word.partition("=")
        if provider not in WEBHOOKS.keys() or not is_given or not secret:  # noqa: SIM118 - a registry, no mapping
            known = ", ".join(WEBHOOKS.keys())
            raise OperatorMustAct(
                "webhooks", f"WEBHOOKS has “{provider[:20]}”: write PROVIDER=SECRET, of {known}."
            )
        secrets.setdefault(provider, []).append(secret)
    return {
        provider: HookAccount(given[0], tuple(filter(_is_topic, given)), fetch_certificate)
        for provider, given in secrets.items()
    }


def hook_url(links: Links, provider: str) -> str:
    """Where the provider is to post to."""
    return f"{links.public_url}{PATH}{provider}/{links.signer.sign(Purpose.HOOK, _number(provider))}"


def take_post(
    session: Session,
    links: Links,
    accounts: Mapping[str, HookAccount],
    *,
    provider: str,
    token: str,
    posted: Posted,
) -> Reading:
    """Record what a genuine post says, once, with what follows; the caller commits, also after a refusal.

    `Missing` for an address that is not ours, `WebhookRefused` for a post that is not the provider's.
    """
    source = provider if provider in accounts else "unknown"
    try:
        _check_address(links, accounts, provider, token)
        reading = read_webhook(provider, posted, accounts[provider])
    except DomainError as error:
        count_refused(session, source, error.code)
        raise
    if _is_new(session, provider, reading.replay_key):
        intake = Intake(provider, reading.replay_key, posted.raw, verified=True)
        take(session, links, reading.events, intake)
    return reading


def confirm(reading: Reading) -> None:
    """Ask for the address by which a provider wants its subscription confirmed; it was checked as ours."""
    if reading.confirm_url:
        try:
            _get(reading.confirm_url)
        except (OSError, ValueError) as error:
            log.warning("a subscription to notices could not be confirmed", error=type(error).__name__)


@lru_cache(maxsize=8)
def fetch_certificate(url: str) -> bytes:
    """The certificate at an https URL whose host was checked. Raises `OSError`."""
    return _get(url)


def _get(url: str) -> bytes:
    """The body at an https URL; redirects are not followed."""
    parts = urlsplit(url)
    connection = HTTPSConnection(parts.hostname or "", timeout=FETCH_SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        if response.status != 200:
            message = f"{parts.hostname} answered {response.status}"
            raise OSError(message)
        return response.read(LARGEST_CERTIFICATE)
    finally:
        connection.close()


def _check_address(links: Links, accounts: Mapping[str, HookAccount], provider: str, token: str) -> None:
    claim = links.signer.read(Purpose.HOOK, token)
    if provider not in accounts or claim.ids != (_number(provider),):
        raise Missing("unknown_hook", "Nothing is posted here.")


def _is_new(session: Session, provider: str, replay_key: str) -> bool:
    """Note the post; whether it comes for the first time."""
    digest = hashlib.sha256(replay_key.encode()).hexdigest()
    seen = select(TakenMessage.id).where(
        TakenMessage.taker == provider, TakenMessage.recipient == "", TakenMessage.message_hash == digest
    )
    if session.scalar(seen) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(TakenMessage(taker=provider, recipient="", message_hash=digest))
    except IntegrityError:
        return False
    return True


def _number(provider: str) -> int:
    """What stands for the provider in a token."""
    return int.from_bytes(hashlib.sha256(provider.encode()).digest()[:4])


def _is_topic(secret: str) -> bool:
    return secret.startswith(TOPICS)

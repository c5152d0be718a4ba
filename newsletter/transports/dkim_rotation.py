"""Change the key of a sender's domain without a message that nobody can verify.

A new key is made and its record published; workers look for the record; then it signs, in place of the
earlier one. What the earlier key signed is still on its way: its record, and the key itself, stay for a week.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.smtp.dkim import Algorithm
from newsletter.transports import dkim_keys
from newsletter.transports.dkim_keys import Published, signing_domains
from newsletter.transports.models import DkimKey

# Relays try for up to five days (RFC 5321 §4.5.4.1), and mailboxes are read by programs that verify later.
RECORD_STAYS = timedelta(days=7)
# For how long a record counts as seen; workers look every six hours.
SEEN_FOR = timedelta(hours=12)


class KeyState(StrEnum):
    """Where a key is on its way."""

    UNSEEN = "unseen"  # the DNS does not have its record, as far as we know
    READY = "ready"  # the DNS has its record
    SIGNING = "signing"
    RETIRED = "retired"  # another signs instead; its record has to stay
    FINISHED = "finished"  # nothing needs it any more


def key_state(key: DkimKey) -> KeyState:
    """Where `key` is now."""
    if key.active_since:
        return KeyState.SIGNING
    if key.retired_at:
        return KeyState.RETIRED if clock.now() < record_stays_until(key) else KeyState.FINISHED
    return KeyState.READY if is_seen(key) else KeyState.UNSEEN


def is_seen(key: DkimKey) -> bool:
    """Whether a worker saw the record in the last hours, and it was right when it last looked."""
    return key.seen_at is not None and not key.record_problem and clock.now() - key.seen_at < SEEN_FOR


def record_stays_until(key: DkimKey) -> datetime:
    """Until when receivers may look for the record of a key that was retired."""
    return (key.retired_at or clock.now()) + RECORD_STAYS


def keys_for(session: Session, domain: str) -> list[DkimKey]:
    """The keys that sign mail from `domain`, did so or may, of its own and of the domains above it."""
    domains = signing_domains(domain)
    keys = session.scalars(select(DkimKey).where(DkimKey.domain.in_(domains)).order_by(DkimKey.id)).all()
    return sorted(keys, key=lambda key: domains.index(key.domain))


def find_key_for(session: Session, domain: str, key_id: int) -> DkimKey:
    """One of `keys_for`, locked as by `find_key`, or `Missing`."""
    key = dkim_keys.find_key(session, key_id)
    if key.domain not in signing_domains(domain):
        raise Missing("unknown_dkim_key", f"{domain} has no DKIM key {key_id}.")
    return key


def make_next_key(session: Session, domain: str, secrets: Sequence[str], *, actor: str) -> Published:
    """A key that is to sign mail from `domain`: of the domain whose keys sign it today, else its own."""
    signing = (key.domain for key in keys_for(session, domain) if key.active_since)
    of_domain = next(signing, domain)
    selector = free_selector(session, of_domain, Algorithm.RSA)
    return dkim_keys.make_key(session, of_domain, selector, Algorithm.RSA, secrets, actor=actor)


def free_selector(session: Session, domain: str, algorithm: Algorithm) -> str:
    """A selector that `domain` does not have yet: the year and the month, with a number where need be."""
    base = f"n{clock.now():%Y%m}{'e' if algorithm is Algorithm.ED25519 else ''}"
    taken = set(session.scalars(select(DkimKey.selector).where(DkimKey.domain == domain)))
    numbers = range(2, len(taken) + 3)
    return next(name for name in (base, *(f"{base}-{number}" for number in numbers)) if name not in taken)


def start_signing(
    session: Session, key: DkimKey, secrets: Sequence[str], *, is_unseen_accepted: bool, actor: str
) -> None:
    """Sign with `key` instead of the earlier one of its kind.

    Raises `Refused` unless workers see its record, or somebody accepts that they do not; `SessionFailed` when
    the key cannot be read, since mail would not leave.
    """
    if key.active_since:
        return
    dkim_keys.published(key, secrets)
    if not is_unseen_accepted and not is_seen(key):
        sentence = key.record_problem or "The record of this key has not been found in the DNS yet."
        raise Refused("dkim_unseen", sentence, {"record": sentence})
    if not is_seen(key):
        facts = {"domain": key.domain, "selector": key.selector}
        audit.record(session, "dkim.unseen_accepted", "dkim_key", key.id, actor=actor, **facts)
    dkim_keys.activate(session, key, secrets, None, actor=actor)


def remove_unneeded(session: Session, key: DkimKey, *, actor: str) -> None:
    """Remove a key that never signed, or that did so long ago. Raises `Conflict` for one that is needed."""
    if key.active_since:
        raise Conflict("dkim_signing", f"{key.selector} signs mail. Let another key sign first.")
    if key_state(key) is KeyState.RETIRED:
        sentence = (
            f"What {key.selector} signed is still on its way: keep it, and its record, until"
            f" {record_stays_until(key):%Y-%m-%d}."
        )
        raise Conflict("dkim_needed", sentence)
    dkim_keys.remove(session, key, actor=actor)

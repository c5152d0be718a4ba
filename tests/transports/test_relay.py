"""The relay in the database: saved, found, taken up, forgotten; its password locked away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Refused
from newsletter.runtime import Runtime
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.facts import RelayFacts
from newsletter.transports.find import find_relay, find_transport, relay_in_use
from newsletter.transports.locker import Locker, Unreadable
from newsletter.transports.remove import remove_relay
from newsletter.transports.save import save_relay
from newsletter.transports.security import Security

URL = "smtp://127.0.0.1:2525?starttls=never"
SECRETS = ["the newest secret", "an older one"]
FACTS = RelayFacts("smtp.example.org", 587, Security.STARTTLS, "ana", "canary-päss")


def test_without_one_it_is_the_environments(session: Session) -> None:
    assert find_relay(session, SECRETS, URL) == parse_smtp_url(URL)


def test_the_saved_one_comes_first(session: Session, runtime: Runtime) -> None:
    save_relay(session, FACTS, SECRETS, actor="ana")
    session.commit()
    assert find_relay(session, SECRETS, URL) == FACTS.relay
    session.rollback()
    assert relay_in_use(runtime.sessions, SECRETS, URL) == FACTS.relay


def test_the_password_is_in_no_column_and_no_audit(session: Session) -> None:
    save_relay(session, FACTS, SECRETS, actor="ana")
    session.commit()
    for table in ("transport", "audit_entry"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        assert "canary" not in repr(rows)


def test_saving_twice_is_saving_once(session: Session) -> None:
    first = save_relay(session, FACTS, SECRETS, actor="ana")
    locked = first.password
    assert save_relay(session, FACTS, SECRETS, actor="ana").password == locked
    changed = RelayFacts("other.example.org", 465, Security.TLS)
    save_relay(session, changed, SECRETS, actor="ana")
    assert find_relay(session, SECRETS, URL) == changed.relay
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_a_user_name_needs_its_password(session: Session) -> None:
    with pytest.raises(Refused) as refused:
        save_relay(session, RelayFacts("a.example", 587, Security.TLS, "ana"), SECRETS, actor="ana")
    assert "password" in refused.value.fields


def test_removing_brings_the_environments_back(session: Session) -> None:
    save_relay(session, FACTS, SECRETS, actor="ana")
    assert remove_relay(session, actor="ana")
    assert not remove_relay(session, actor="ana")
    assert find_transport(session) is None
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["relay.saved", "relay.removed"]


def test_rotation_keeps_the_password_and_losing_the_secret_says_so(
    session: Session, runtime: Runtime
) -> None:
    save_relay(session, FACTS, ["an older one"], actor="ana")
    session.commit()
    assert find_relay(session, SECRETS, URL) == FACTS.relay
    with pytest.raises(SessionFailed, match="OLD_SECRET_KEYS") as failed:
        find_relay(session, ["another"], URL)
    assert not failed.value.temporary
    session.rollback()
    told = relay_in_use(runtime.sessions, ["another"], URL)
    assert isinstance(told, SessionFailed)
    # Typed again, it is locked with the secret of now.
    save_relay(session, FACTS, ["another"], actor="ana")
    assert find_relay(session, ["another"], URL) == FACTS.relay


@given(st.text())
def test_what_is_locked_opens_with_any_secret_it_was_locked_with(words: str) -> None:
    old, new, other = Locker(["old"]), Locker(["new", "old"]), Locker(["other"])
    locked = old.lock(words)
    assert new.open(locked) == old.open(locked) == words
    assert locked.isascii()
    with pytest.raises(Unreadable):
        other.open(locked)
    with pytest.raises(Unreadable):
        old.open(locked[:-8] + "AAAAAAA=")

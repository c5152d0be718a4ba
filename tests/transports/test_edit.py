"""What people do to transports: add, change, pause, resume, move and remove them, each with its audit."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.runtime import Runtime
from newsletter.transports.cooldown import cool_down
from newsletter.transports.edit import (
    add_transport,
    change_limits,
    change_relay,
    move_earlier,
    pause_transport,
    remove_transports,
    resume_environment_transport,
    resume_transport,
)
from newsletter.transports.find import all_transports, get_transport, stored_settings
from newsletter.transports.limit_settings import LimitSettings, check_limits
from newsletter.transports.models import Transport, TransportCooldown, TransportUse
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.security import Security
from newsletter.transports.transport_config import row_key
from tests.transports.configs import NOON

SECRETS = ["the newest secret"]
FACTS = RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ana", "canary-päss")
OTHER = RelaySettings("10.0.0.4", 25, Security.NONE)


def added(session: Session, facts: RelaySettings = FACTS) -> Transport:
    return add_transport(session, facts, SECRETS, actor="ana")


def audited(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def count(session: Session, table: type) -> int | None:
    return session.scalar(select(func.count()).select_from(table))


def test_added_ones_come_one_after_another(session: Session) -> None:
    first = added(session)
    limits = check_limits({"per_second": "10", "provider_limits": "gmail=2", "dialogue": "plain"})
    second = add_transport(session, OTHER, SECRETS, actor="ana", name=" Our  own ", limits=limits)
    session.commit()
    session.expire_all()
    assert all_transports(session) == [first, second]
    assert (first.name, second.name) == ("smtp.example.org", "Our own")
    assert LimitSettings.of(first) == LimitSettings()
    assert LimitSettings.of(second) == limits
    assert stored_settings(first, SECRETS) == FACTS
    assert audited(session) == ["relay.saved"] * 2


def test_the_same_one_is_not_added_twice(session: Session) -> None:
    added(session)
    with pytest.raises(Conflict):
        added(session)
    added(session, RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ben", "x"))


def test_of_two_who_add_at_once_one_is_told(runtime: Runtime) -> None:
    said: list[str] = []

    def add_another() -> None:
        with runtime.session() as session:
            try:
                added(session, OTHER)
                session.commit()
            except Conflict as error:
                said.append(error.code)

    other = threading.Thread(target=add_another)
    with runtime.session() as session:
        added(session)
        other.start()
        other.join(0.5)
        session.commit()
    other.join(30)
    with runtime.session() as session:
        positions = [transport.position for transport in all_transports(session)]
    # On SQLite the second waits before it looks; on PostgreSQL it has looked before it waits.
    assert (positions, said) in (([1, 2], []), ([1], ["relay_saved"]))


@pytest.mark.parametrize("change", [False, True])
def test_a_user_name_needs_its_password(session: Session, change: bool) -> None:
    facts = RelaySettings("a.example", 587, Security.TLS, "ana")
    transport = added(session)
    with pytest.raises(Refused) as refused:
        change_relay(session, transport.id, facts, SECRETS, actor="ana") if change else added(session, facts)
    assert "password" in refused.value.fields


def test_changing_it_mends_its_trouble(session: Session) -> None:
    transport = added(session)
    cool_down(session, row_key(transport.id), "", "Its password is wrong.", temporary=False, now=NOON)
    kept = transport.password
    assert change_relay(session, transport.id, FACTS, SECRETS, actor="ana").password == kept
    assert count(session, TransportCooldown) == 1  # nothing was changed
    changed = RelaySettings("other.example.org", 465, Security.TLS, "ana", "another")
    change_relay(session, transport.id, changed, SECRETS, actor="ana")
    assert stored_settings(transport, SECRETS) == changed
    assert transport.name == "other.example.org"
    assert count(session, TransportCooldown) == 0
    assert audited(session) == ["relay.saved"] * 2


def test_limits_are_changed_with_what_was_changed_in_the_audit(session: Session) -> None:
    transport = added(session)
    limits = check_limits({"per_day": "100", "hours": "08:00-20:00", "warm_up_from": "2026-09-01",
                           "warm_up_per_day": "50"})  # fmt: skip
    change_limits(session, transport.id, limits, name="SES", actor="ana")
    change_limits(session, transport.id, limits, actor="ana")
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "relay.limited")).one()
    assert entry.detail == {
        "name": "SES",
        "limits": {
            "per_day": 100,
            "hours": "08:00-20:00",
            "warm_up_from": "2026-09-01",
            "warm_up_per_day": 50,
        },
    }
    assert transport.name == "SES"
    change_limits(session, transport.id, limits, name="", actor="ana")
    assert transport.name == "smtp.example.org"
    change_relay(session, transport.id, OTHER, SECRETS, actor="ana")
    assert LimitSettings.of(transport) == limits


def test_pausing_and_resuming(session: Session) -> None:
    transport = added(session)
    assert pause_transport(session, transport.id, actor="ana")
    assert not pause_transport(session, transport.id, actor="ana")
    assert transport.paused_at is not None
    cool_down(session, row_key(transport.id), "news@example.org", "No.", temporary=False, now=NOON)
    assert resume_transport(session, transport.id, actor="ana")
    assert not resume_transport(session, transport.id, actor="ana")
    assert transport.paused_at is None
    assert count(session, TransportCooldown) == 0
    cool_down(session, row_key(transport.id), "", "It is down.", temporary=True, now=NOON)
    assert resume_transport(session, transport.id, actor="ana")
    assert audited(session) == ["relay.saved", "relay.paused", "relay.resumed", "relay.resumed"]


def test_one_of_the_environment_is_resumed(session: Session) -> None:
    assert not resume_environment_transport(session, "smtp_url:a.example:25", "a.example:25", actor="ana")
    cool_down(session, "smtp_url:a.example:25", "", "It is down.", temporary=True, now=NOON)
    assert resume_environment_transport(session, "smtp_url:a.example:25", "a.example:25", actor="ana")
    assert audited(session) == ["relay.resumed"]


def test_moving(session: Session) -> None:
    first, second, third = (
        added(session, RelaySettings(f"{name}.example", 25, Security.NONE)) for name in ("a", "b", "c")
    )
    assert move_earlier(session, third.id, actor="ana")
    assert all_transports(session) == [first, third, second]
    assert move_earlier(session, third.id, actor="ana")
    assert not move_earlier(session, third.id, actor="ana")
    assert all_transports(session) == [third, first, second]
    assert audited(session) == ["relay.saved"] * 3 + ["relay.moved"] * 2


def test_removing_leaves_nothing_of_it(session: Session) -> None:
    first, second = added(session), added(session, OTHER)
    for transport in (first, second):
        session.add(TransportUse(transport=row_key(transport.id), used=5))
        cool_down(session, row_key(transport.id), "", "It is down.", temporary=True, now=NOON)
    session.flush()
    assert remove_transports(session, actor="ana", transport_id=first.id) == 1
    assert remove_transports(session, actor="ana", transport_id=first.id) == 0
    assert [count(session, table) for table in (Transport, TransportUse, TransportCooldown)] == [1, 1, 1]
    assert remove_transports(session, actor="ana") == 1
    assert [count(session, table) for table in (Transport, TransportUse, TransportCooldown)] == [0, 0, 0]
    assert audited(session)[2:] == ["relay.removed"] * 2


@pytest.mark.parametrize(
    "act",
    [
        lambda session: get_transport(session, 12),
        lambda session: change_relay(session, 12, FACTS, SECRETS, actor="ana"),
        lambda session: change_limits(session, 12, LimitSettings(), actor="ana"),
        lambda session: pause_transport(session, 12, actor="ana"),
        lambda session: resume_transport(session, 12, actor="ana"),
        lambda session: move_earlier(session, 12, actor="ana"),
    ],
)
def test_what_is_not_there_is_told(session: Session, act: Callable[[Session], object]) -> None:
    with pytest.raises(Missing):
        act(session)

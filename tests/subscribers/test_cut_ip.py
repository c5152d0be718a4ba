"""IP addresses in records of consent become their networks, once they are old."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.runtime import Runtime
from newsletter.subscribers.cut_ip import count_whole_ips, cut_ip, cut_ip_addresses
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("unknown", ""),
    ],
)
def test_an_address_becomes_its_network(address: str, network: str) -> None:
    assert cut_ip(address) == network


@both_databases
def test_addresses_are_shortened_once_they_are_old(session: Session, runtime: Runtime) -> None:
    weekly, keeps = make_publication(session), make_publication(session, "keeps", name="The Keeper")
    weekly.cut_ip_after_days = 30
    for name, publication, days in (("old", weekly, 31), ("new", weekly, 29), ("kept", keeps, 400)):
        subscription = make_subscription(session, publication, f"{name}@x.example")
        session.add(
            ConsentRecord(
                subscription_id=subscription.id,
                kind=ConsentKind.CONFIRMED,
                source=ConsentSource.CONFIRMATION,
                ip="192.0.2.77",
                at=clock.now() - timedelta(days=days),
            )
        )
    session.commit()
    assert [count_whole_ips(session, weekly.id, days) for days in (28, 30, 32)] == [2, 1, 0]
    session.commit()
    assert (cut_ip_addresses(runtime.sessions), cut_ip_addresses(runtime.sessions)) == (1, 0)
    session.rollback()
    assert session.scalars(select(ConsentRecord.ip).order_by(ConsentRecord.id)).all() == [
        *("192.0.2.0/24", "192.0.2.77", "192.0.2.77")
    ]
    told = select(AuditEntry.detail).where(AuditEntry.action == "publication.ips_cut").order_by(AuditEntry.id)
    assert session.scalars(told).all() == [{"records": 1}]

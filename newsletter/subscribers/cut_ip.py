"""Shorten the IP addresses in records of consent, once they are as old as a publication says."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.audit.record import SYSTEM
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentRecord, Subscription

AT_ONCE = 500
# A provider gives a customer an IPv4 address, and of IPv6 up to a /48 (RFC 6177).
IPV4, IPV6 = 24, 48


def cut_ip_addresses(sessions: sessionmaker[Session]) -> int:
    """Shorten all that are due, some in each transaction; how many."""
    with reading(), sessions() as session:
        told = session.execute(
            select(Publication.id, Publication.cut_ip_after_days).where(
                Publication.cut_ip_after_days.is_not(None)
            )
        ).all()
    cut = 0
    for publication_id, days in told:
        age, of_publication = timedelta(days=days or 0), 0
        done = AT_ONCE
        while done == AT_ONCE:
            with sessions() as session:
                done = _cut_some(session, publication_id, age)
                session.commit()
            of_publication += done
        if of_publication:
            _tell(sessions, publication_id, of_publication)
        cut += of_publication
    return cut


def cut_ip(address: str) -> str:
    """The network of an address, such as 192.0.2.0/24 or 2001:db8:1::/48; nothing of what is no address."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, IPV4 if parsed.version == 4 else IPV6), strict=False))


def count_whole_ips(session: Session, publication_id: int, days: int) -> int:
    """How many IP addresses of the publication would be shortened now by such a rule."""
    due = _due(publication_id, timedelta(days=days)).with_only_columns(func.count(ConsentRecord.id))
    return session.scalar(due) or 0


def _due(publication_id: int, age: timedelta) -> Select[ConsentRecord]:
    return (
        select(ConsentRecord)
        .join(Subscription, Subscription.id == ConsentRecord.subscription_id)
        .where(
            Subscription.publication_id == publication_id,
            ConsentRecord.ip != "",
            ConsentRecord.ip.not_like("%/%"),
            ConsentRecord.at < clock.now() - age,
        )
    )


def _tell(sessions: sessionmaker[Session], publication_id: int, records: int) -> None:
    with sessions() as session:
        audit.record(
            session, "publication.ips_cut", "publication", publication_id, actor=SYSTEM, records=records
        )
        session.commit()


def _cut_some(session: Session, publication_id: int, age: timedelta) -> int:
    records = session.scalars(
        _due(publication_id, age)
        .order_by(ConsentRecord.id)
        .limit(AT_ONCE)
        .with_for_update(of=ConsentRecord, skip_locked=True)
    ).all()
    for record in records:
        record.ip = cut_ip(record.ip)
    return len(records)

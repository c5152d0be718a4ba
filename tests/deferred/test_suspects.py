"""Suspect sign-ups: held without a message, shown to editors, let in or dropped."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.deferred.decide import decide
from newsletter.deferred.due import due_requests
from newsletter.deferred.hold import MOST_HELD, is_disposable
from newsletter.deferred.mail_domain import domain_to_check, takes_mail
from newsletter.deferred.models import DeferredRequest, RequestKind, Suspicion
from newsletter.deferred.suspects import count_suspects, drop, forget_old_suspects, let_in, list_suspects
from newsletter.dns_records.ask import DnsSilent
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription
from tests.deciding import decide_all
from tests.deferred.test_decide import ask_for
from tests.factories import create_morning, make_publication


@pytest.fixture
def publication(session: Session) -> Publication:
    return create_morning(session)


def rows(session: Session, *tables: type) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.mark.parametrize(
    ("domain", "disposable"),
    [
        ("mailinator.com", True),
        ("MAILINATOR.com", True),
        ("ana.mailinator.com", True),
        ("our-mailinator.com", False),
        ("mailinator.com.example", False),
        ("gmail.com", False),
        ("com", False),
        ("xn--mller-kva.example", False),
    ],
)
def test_what_is_disposable(domain: str, disposable: bool) -> None:
    assert is_disposable(domain) is disposable


def test_a_suspect_is_held_once_without_a_message(session: Session, publication: Publication) -> None:
    for email in ("ana@mailinator.com", "Ana@Mailinator.com", "bo@mailinator.com"):
        ask_for(session, publication, email)
    assert decide_all(session) == 3
    assert rows(session, DeferredRequest, Subscriber, SystemMessage) == [2, 0, 0]
    assert [held.facts["email"] for held in list_suspects(session, publication)] == [
        "ana@mailinator.com",
        "bo@mailinator.com",
    ]
    assert due_requests(session, 9) == []
    decide_all(session)  # a job that comes twice finds nothing to decide
    assert rows(session, DeferredRequest, Subscriber) == [2, 0]


def test_who_is_let_in_is_asked_to_confirm_as_of_then(session: Session, publication: Publication) -> None:
    other = make_publication(session, "other")
    with time_machine.travel(clock.now() - timedelta(days=3)):
        ask_for(session, publication, "ana@mailinator.com")
        ask_for(session, publication, "bo@mailinator.com")
        decide_all(session)
        asked = clock.now()
    ana, bo = (held.id for held in list_suspects(session, publication))
    assert let_in(session, other, [ana, bo], actor="ed@press.example") == 0
    assert let_in(session, publication, [ana, 10**15], actor="ed@press.example") == 1
    session.commit()
    assert let_in(session, publication, [ana], actor="ed@press.example") == 0  # pressed twice
    record = session.scalars(select(ConsentRecord)).one()
    assert abs(record.at - asked) < timedelta(seconds=5)
    assert session.scalars(select(Subscription)).one().subscriber.email == "ana@mailinator.com"
    assert session.scalars(select(SystemMessage)).one().kind == "confirmation"
    assert drop(session, publication, [bo], actor="ed@press.example") == 1
    session.commit()
    assert count_suspects(session, publication) == 0
    said = (
        select(AuditEntry.action, AuditEntry.detail)
        .where(AuditEntry.action.startswith("sign_up."))
        .order_by(AuditEntry.id)
    )
    assert [(row.action, row.detail) for row in session.execute(said)] == [
        ("sign_up.let_in", {"number": 1}),
        ("sign_up.dropped", {"number": 1}),
    ]


def test_they_are_bounded_and_forgotten_after_a_month(session: Session, publication: Publication) -> None:
    facts = {"email": "x@y.example", "key": "x@y.example"}
    session.add_all(
        DeferredRequest(
            kind=RequestKind.SIGN_UP,
            facts=facts,
            suspicion=Suspicion.DISPOSABLE,
            publication_id=publication.id,
            address_hash=f"{number:064x}",
            created_at=clock.now() - timedelta(days=31 if number else 29),
        )
        for number in range(MOST_HELD)
    )
    session.commit()
    ask_for(session, publication, "ana@mailinator.com")
    decide_all(session)
    assert count_suspects(session, publication) == MOST_HELD
    forget_old_suspects(session)
    session.commit()
    assert count_suspects(session, publication) == 1


def test_a_domain_without_mail_is_suspect_where_the_publication_asks(
    session: Session, publication: Publication
) -> None:
    request_id = ask_for(session, publication, "ana@nowhere.example")
    assert domain_to_check(session, request_id) == ""
    publication.check_mail_domain = True
    session.commit()
    assert domain_to_check(session, request_id) == "nowhere.example"
    assert domain_to_check(session, request_id + 1) == ""
    session.rollback()
    decide(session, request_id, takes_mail=False)
    session.commit()
    assert [held.suspicion for held in list_suspects(session, publication)] == [Suspicion.NO_MAIL_SERVER]
    assert rows(session, Subscriber, SystemMessage) == [0, 0]


@pytest.mark.parametrize(
    ("records", "takes"),
    [
        ({"MX": ["10 mx.example.org"]}, True),
        ({"MX": ["0 ."]}, False),
        ({"A": ["192.0.2.1"]}, True),
        ({"AAAA": ["2001:db8::1"]}, True),
        ({}, False),
        (None, True),
    ],
)
def test_what_the_dns_says_about_mail(records: dict[str, list[str]] | None, takes: bool) -> None:
    def lookup(name: str, kind: str = "TXT", /) -> list[str]:
        if records is None:
            raise DnsSilent(name, "timed out")
        return records.get(kind, [])

    assert takes_mail("example.org", lookup) is takes


def test_addresses_are_keyed_as_they_are_kept(session: Session, publication: Publication) -> None:
    ask_for(session, publication, "ana@mailinator.com")
    decide_all(session)
    (held,) = list_suspects(session, publication)
    assert held.address_hash == parse_address("ana@mailinator.com").hash

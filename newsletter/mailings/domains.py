"""A mailing by the domain of the address: where it goes well and where it does not.

The domain is not stored: every recipient is read and joined with their person, which takes seconds for a
mailing to a million. So it is asked for, never polled.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Outcome
from newsletter.mailings.recipients import IN_FLIGHT, in_flight_places
from newsletter.subscribers.models import Subscriber

MOST = 20
TERMS: tuple[str, ...] = ("pending", IN_FLIGHT, "sent", "rejected", "retry", "unanswered")


@dataclass(frozen=True, slots=True)
class DomainCounts:
    """The people of one domain who are written to, by outcome; `people` is the sum of the others.

    `domain` is None for those whose address was erased, and for the sum of several domains.
    """

    domain: str | None
    people: int
    pending: int
    in_flight: int
    sent: int
    rejected: int
    retry: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains with the most people, most first; `rest` sums the `others` there are besides."""

    rows: list[DomainCounts]
    rest: DomainCounts | None
    others: int


def by_domain(session: Session, mailing_id: int, most: int = MOST) -> Domains:
    """The `most` largest domains of a mailing, and the sum of the rest. Excluded people are left out."""
    domains = session.execute(_select(session, mailing_id, most)).all()
    rows = [
        DomainCounts(row.domain if row.place <= most else None, *(int(sum_) for sum_ in row[3:]))
        for row in domains
    ]
    others = domains[most].domains if len(domains) > most else 0
    return Domains(rows[:most], rows[most] if others else None, others)


def _select(session: Session, mailing_id: int, most: int) -> Select[*tuple[Any, ...]]:
    """One row for each of the largest domains, and one for all that come after them."""
    people = func.count().label("people")
    each = (
        select(
            domain_of(session).label("domain"),
            people,
            *(func.sum(case((is_so, 1), else_=0)).label(name) for name, is_so in _terms(session, mailing_id)),
        )
        .select_from(Delivery)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.mailing_id == mailing_id, Delivery.outcome != Outcome.EXCLUDED)
        .group_by("domain")
        .subquery()
    )
    place = func.row_number().over(order_by=(each.c.people.desc(), each.c.domain))
    ranked = select(each, place.label("place")).subquery()
    shown = case((ranked.c.place > most, most + 1), else_=ranked.c.place)
    sums = [func.sum(ranked.c[name]).label(name) for name in ("people", *TERMS)]
    return (
        select(
            shown.label("place"),
            func.max(ranked.c.domain).label("domain"),
            func.count().label("domains"),
            *sums,
        )
        .group_by(shown)
        .order_by(shown)
    )


def domain_of(session: Session) -> ColumnElement[Any]:
    """The domain of a subscriber's address, in a statement over `Subscriber`; NULL for the erased."""
    position = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    key = Subscriber.email_key
    return func.substr(key, position(key, "@") + 1)


def _terms(session: Session, mailing_id: int) -> list[tuple[str, ColumnElement[bool]]]:
    in_flight = in_flight_places(session, mailing_id)
    is_in_flight = Delivery.seq.in_(in_flight)
    terms: list[tuple[str, ColumnElement[bool]]] = []
    for name in TERMS:
        if name == IN_FLIGHT:
            terms.append((name, is_in_flight))
        elif in_flight and name in {Outcome.PENDING, Outcome.RETRY}:  # only who waits can be in flight
            terms.append((name, (Delivery.outcome == Outcome(name)) & ~is_in_flight))
        else:
            terms.append((name, Delivery.outcome == Outcome(name)))
    return terms

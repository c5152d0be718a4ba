"""The rows of the demo's readers: subscribers, subscriptions, consents and suppressions."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.demo.people import OPENED, Fate, Person, cast
from newsletter.publications.models import Publication
from newsletter.subscribers.consent import words
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)

# Two addresses that were never ours, and must never be.
_STRANGERS = ("postmaster@harbour-office.example", "nobody@lost-letters.test")

_ENDED = {
    Fate.UNSUBSCRIBED: EndReason.UNSUBSCRIBED,
    Fate.BOUNCED: EndReason.BOUNCED,
    Fate.COMPLAINED: EndReason.COMPLAINED,
    Fate.ERASED: EndReason.ERASED,
}
_SUPPRESSED = {
    Fate.BOUNCED: SuppressionReason.HARD_BOUNCE,
    Fate.COMPLAINED: SuppressionReason.COMPLAINT,
    Fate.ERASED: SuppressionReason.ERASED,
    Fate.SUPPRESSED: SuppressionReason.MANUAL,
}


def make_readers(session: Session, publication: Publication) -> list[tuple[Person, Subscription]]:
    """Everybody of the cast as they are today, in the order in which they joined."""
    people = [(person, _subscription(person, publication)) for person in cast()]
    session.add_all(subscription for _, subscription in people)
    session.flush()
    for number, (person, subscription) in enumerate(people):
        session.add_all(_consents(number, person, subscription, publication.name))
        reason = _SUPPRESSED.get(person.fate)
        if reason is not None:
            at = person.turned or OPENED
            session.add(Suppression(address_hash=_hash(person.email), reason=reason, at=at))
    for email in _STRANGERS:
        session.add(
            Suppression(
                address_hash=_hash(email), reason=SuppressionReason.MANUAL, note="Asked by post.", at=OPENED
            )
        )
    session.flush()
    return people


def _hash(email: str) -> str:
    return parse_address(email).hash


def _subscription(person: Person, publication: Publication) -> Subscription:
    state = {Fate.NEVER_CONFIRMED: State.PENDING, Fate.PAUSED: State.PAUSED}.get(person.fate, State.ACTIVE)
    ended = _ENDED.get(person.fate)
    turned = person.turned
    return Subscription(
        subscriber=_subscriber(person),
        publication=publication,
        state=State.ENDED if ended else state,
        ended_reason=ended,
        ended_at=turned if ended else None,
        comment=person.comment,
        created_at=person.joined,
        confirmed_at=person.confirmed,
        paused_until=turned + timedelta(days=90) if turned and state is State.PAUSED else None,
    )


def _subscriber(person: Person) -> Subscriber:
    if person.fate is Fate.ERASED:  # the row stays, so that the ledgers add up; the person does not
        return Subscriber(created_at=person.joined, erased_at=person.turned)
    address = parse_address(person.email)
    return Subscriber(
        email=address.email,
        email_key=address.key,
        address_hash=address.hash,
        name=person.name,
        language="en",
        attributes=person.attributes,
        created_at=person.joined,
    )


def _consents(
    number: int, person: Person, subscription: Subscription, publication_name: str
) -> list[ConsentRecord]:
    """What they agreed to and when; addresses of the network are those of RFC 5737."""
    said = words(publication_name, "en")
    ip = "" if person.fate is Fate.ERASED else f"192.0.2.{number % 254 + 1}"

    def record(kind: ConsentKind, source: ConsentSource, at: datetime, *, read: bool) -> ConsentRecord:
        return ConsentRecord(
            subscription_id=subscription.id,
            kind=kind,
            source=source,
            text=said.text if read else "",
            text_version=said.version if read else "",
            locale=said.locale if read else "",
            ip="" if source is ConsentSource.IMPORT else ip,
            at=at,
        )

    if person.imported:
        records = [record(ConsentKind.IMPORTED, ConsentSource.IMPORT, person.joined, read=False)]
    else:
        records = [record(ConsentKind.REQUESTED, ConsentSource.FORM, person.joined, read=True)]
        if person.confirmed:
            records.append(
                record(ConsentKind.CONFIRMED, ConsentSource.CONFIRMATION, person.confirmed, read=False)
            )
    if person.fate is Fate.UNSUBSCRIBED and person.turned:
        records.append(record(ConsentKind.WITHDRAWN, ConsentSource.ONE_CLICK, person.turned, read=False))
    return records

"""Whose an event is. Only what is signed says so: our own tokens, or a provider whose post was checked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.bounce_address import read_bounce_address
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.feedback.events import DeliveryClues, FeedbackEvent
from newsletter.issues.compile import origin, sender_domain
from newsletter.issues.recipient import message_id
from newsletter.mailings.models import Delivery, Mailing
from newsletter.publications.models import Publication
from newsletter.subscribers.former_addresses import address_at
from newsletter.subscribers.models import Subscriber, Subscription

UNSUBSCRIBE_PATH = "/u/"
LARGEST_ID = 2**63 - 1  # that a database keeps


@dataclass(frozen=True)
class Owner:
    """Whom an event is about, and which delivery; without one, the person alone is known.

    `address_hash` is that of the address which the delivery went to: they may have another now.
    """

    subscriber: Subscriber
    address_hash: str
    delivery: Delivery | None = None


def find_owners(
    session: Session, links: Links, events: Sequence[FeedbackEvent], *, verified: bool
) -> list[Owner | None]:
    """The owner of each event. `verified`: the report itself was signed by who was to deliver for us.

    Of several events in a report that was not, only the one that names the token's own person is theirs.
    """
    owners = [_find_owner(session, links, event, verified=verified) for event in events]
    if verified or len(events) == 1:
        return owners
    return [
        owner if owner and owner.address_hash in hashes_of(event.recipients) else None
        for event, owner in zip(events, owners, strict=True)
    ]


def hashes_of(addresses: Sequence[str]) -> list[str]:
    """The hashes of those that are addresses, in their order."""
    hashes = []
    for address in addresses:
        try:
            hashes.append(parse_address(address).hash)
        except DomainError:
            continue
    return hashes


def _find_owner(session: Session, links: Links, event: FeedbackEvent, *, verified: bool) -> Owner | None:
    for mailing_id, seq in _places(session, links, event.clues, verified=verified):
        owner = find_delivery(session, mailing_id, seq)
        if owner is not None:
            return owner
    hashes = hashes_of(event.recipients) if verified else []
    if len(hashes) != 1:
        return None
    subscriber = session.scalar(select(Subscriber).where(Subscriber.address_hash == hashes[0]))
    return Owner(subscriber, hashes[0]) if subscriber else None


def find_delivery(session: Session, mailing_id: int, seq: int) -> Owner | None:
    """The delivery at a place of a mailing, with its person; None where there is none."""
    if not (0 < mailing_id <= LARGEST_ID and 0 < seq <= LARGEST_ID):
        return None
    delivery = session.get(Delivery, (mailing_id, seq))
    subscriber = session.get(Subscriber, delivery.subscriber_id) if delivery else None
    if delivery is None or subscriber is None:
        return None
    _, address_hash = address_at(session, subscriber, delivery.dated or delivery.at)
    return Owner(subscriber, address_hash, delivery)


def _places(
    session: Session, links: Links, clues: DeliveryClues, *, verified: bool
) -> Iterator[tuple[int, int]]:
    """Mailing and seq by each clue that can be believed, best first."""
    for address in clues.bounce_addresses:
        try:
            yield read_bounce_address(links.signer, address)
        except DomainError:
            continue
    if clues.unsubscribe_url:
        yield from _place_of_link(session, links, clues.unsubscribe_url)
    if verified and clues.message_id:
        yield from _place_of_message(session, links, clues.message_id)


def _place_of_link(session: Session, links: Links, url: str) -> Iterator[tuple[int, int]]:
    try:
        path = links.own_path(url)
        if not path.startswith(UNSUBSCRIBE_PATH):
            return
        ids = links.signer.read(Purpose.UNSUBSCRIBE, path.removeprefix(UNSUBSCRIBE_PATH)).ids
    except (DomainError, ValueError):
        return
    subscription = session.get(Subscription, ids[0]) if len(ids) == 2 and ids[0] <= LARGEST_ID else None
    if subscription is None or not 0 < ids[1] <= LARGEST_ID:
        return
    seq = session.scalar(
        select(Delivery.seq).where(
            Delivery.mailing_id == ids[1], Delivery.subscriber_id == subscription.subscriber_id
        )
    )
    if seq is not None:
        yield ids[1], seq


def _place_of_message(session: Session, links: Links, claimed: str) -> Iterator[tuple[int, int]]:
    """By a Message-ID of ours: its hash tells it from one of another installation."""
    mailing_text, seq_text, *_ = (*claimed.split("."), "", "")
    if not (mailing_text.isdecimal() and seq_text.isdecimal()) or len(mailing_text) > 18 or len(seq_text) > 9:
        return
    mailing = session.get(Mailing, int(mailing_text))
    if mailing is None:
        return
    publication = session.get_one(Publication, mailing.publication_id)
    ours = message_id(mailing.id, int(seq_text), sender_domain(publication), origin(links, mailing))
    if ours.partition("@")[0] == claimed.partition("@")[0]:
        yield mailing.id, int(seq_text)

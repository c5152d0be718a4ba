"""Find a subscriber by address, and count the subscriptions of a publication by state."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import Address
from newsletter.core.errors import Missing
from newsletter.subscribers.former_addresses import had_address
from newsletter.subscribers.models import State, Subscriber, Subscription


def find_by_address(session: Session, address: Address) -> Subscriber:
    """The subscriber with this address; `Missing` says where somebody moved who had it before."""
    subscriber = session.scalar(select(Subscriber).where(Subscriber.email_key == address.key))
    if subscriber is None:
        sentence = f"There is no subscriber with the address {address.email}."
        moved = session.scalar(select(Subscriber.email).where(had_address(address.key)).limit(1))
        if moved is not None:
            sentence = f"{sentence} Its owner changed it to {moved}."
        raise Missing("unknown_subscriber", sentence)
    return subscriber


def has_subscriptions(session: Session, publication_id: int) -> bool:
    """Whether anybody ever subscribed to the publication."""
    anybody = select(Subscription.id).where(Subscription.publication_id == publication_id)
    return session.scalar(anybody.limit(1)) is not None


def count_subscriptions(session: Session, publication_id: int) -> dict[str, int]:
    """How many subscriptions of a publication are in each state, and the total."""
    # In the order in which they are shown. Each is a range of an index, counted without the rows.
    order = (State.ACTIVE, State.PENDING, State.PAUSED, State.ENDED)
    of_publication = select(func.count()).where(Subscription.publication_id == publication_id)
    counts = (of_publication.where(Subscription.state == state).scalar_subquery() for state in order)
    numbers = session.execute(select(*counts)).one()
    return {
        **{state.value: number for state, number in zip(order, numbers, strict=True)},
        "total": sum(numbers),
    }

"""Find a subscriber by address, and count a publication's subscriptions, for people at the command line."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import Address
from newsletter.core.errors import Missing
from newsletter.subscribers.models import State, Subscriber, Subscription


def find_by_address(session: Session, address: Address) -> Subscriber:
    """Whoever has this address; `Missing` when nobody has."""
    found = session.scalar(select(Subscriber).where(Subscriber.email_key == address.key))
    if found is None:
        raise Missing("unknown_subscriber", f"There is no subscriber with the address {address.email}.")
    return found


def count_subscriptions(session: Session, publication_id: int) -> dict[str, int]:
    """How many subscriptions of a publication are in each state, and the total."""
    rows = session.execute(
        select(Subscription.state, func.count())
        .where(Subscription.publication_id == publication_id)
        .group_by(Subscription.state)
    )
    found: dict[State, int] = {}
    for state, number in rows:
        found[state] = number
    # In the order in which people think of them.
    order = (State.ACTIVE, State.PENDING, State.PAUSED, State.ENDED)
    return {**{state.value: found.get(state, 0) for state in order}, "total": sum(found.values())}

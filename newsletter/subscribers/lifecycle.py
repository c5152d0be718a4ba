"""The one function that moves a subscription through its life."""

from datetime import datetime

from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.subscribers.models import TRANSITIONS, EndReason, State, Subscription


def move(
    subscription: Subscription,
    to: State,
    *,
    reason: EndReason | None = None,
    until: datetime | None = None,
) -> None:
    """Bring `subscription` to the state `to`, along `TRANSITIONS`; `Conflict` where there is no such way.

    `reason` belongs to ENDED, `until` (aware) to PAUSED; a state's facts are cleared when it is left.
    Lock the row first (`queries.lock_subscription`): what was read before may have changed since.
    """
    if to not in TRANSITIONS[subscription.state]:
        raise Conflict("bad_transition", f"A subscription that is {subscription.state} cannot become {to}.")
    if (to is State.ENDED) != (reason is not None) or (to is State.PAUSED) != (until is not None):
        message = "an ended subscription needs its reason, a paused one its end, and no other either"
        raise TypeError(message)
    now = clock.now()
    if to is State.ACTIVE and subscription.state in {State.PENDING, State.ENDED}:
        subscription.confirmed_at = now
    subscription.state = to
    subscription.ended_reason = reason
    subscription.ended_at = now if to is State.ENDED else None
    subscription.paused_until = until

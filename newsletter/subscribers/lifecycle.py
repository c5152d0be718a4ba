"""The state transitions of a subscription."""

from datetime import datetime

from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.subscribers.models import TRANSITIONS, EndReason, State, Subscription


def transition(
    subscription: Subscription,
    to: State,
    *,
    reason: EndReason | None = None,
    until: datetime | None = None,
) -> None:
    """Change the state of `subscription` to `to`; `Conflict` when `TRANSITIONS` does not allow that.

    `reason` is required for ENDED, `until` (aware) for PAUSED; both are cleared when the state is left, as is
    the moment of a reminder. Whoever pauses for an editor says so afterwards.
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
    subscription.paused_by_editor = False
    subscription.reminded_at = None

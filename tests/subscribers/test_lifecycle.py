"""Every edge of the subscription's life, and every missing one."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import TRANSITIONS, EndReason, State, Subscription

EDGES = [(a, b) for a in State for b in sorted(TRANSITIONS[a])]
NO_EDGES = [(a, b) for a, b in product(State, State) if b not in TRANSITIONS[a]]


def _in(state: State) -> Subscription:
    facts: dict[State, dict[str, Any]] = {
        State.ENDED: {"ended_reason": EndReason.BOUNCED, "ended_at": clock.now()},
        State.PAUSED: {"paused_until": clock.now() + timedelta(days=30)},
    }
    return Subscription(state=state, **facts.get(state, {}))


def _move(subscription: Subscription, to: State) -> None:
    transition(
        subscription,
        to,
        reason=EndReason.UNSUBSCRIBED if to is State.ENDED else None,
        until=clock.now() + timedelta(days=60) if to is State.PAUSED else None,
    )


@pytest.mark.parametrize(("start", "to"), EDGES)
def test_each_edge_leads_there_and_leaves_no_fact_of_the_old_state(start: State, to: State) -> None:
    subscription = _in(start)
    _move(subscription, to)
    assert subscription.state is to
    assert (subscription.ended_reason is not None) == (to is State.ENDED)
    assert (subscription.ended_at is not None) == (to is State.ENDED)
    assert (subscription.paused_until is not None) == (to is State.PAUSED)
    assert (subscription.confirmed_at is not None) == (
        to is State.ACTIVE and start in {State.PENDING, State.ENDED}
    )


@pytest.mark.parametrize(("start", "to"), NO_EDGES)
def test_where_there_is_no_edge_nothing_moves(start: State, to: State) -> None:
    subscription = _in(start)
    with pytest.raises(Conflict):
        _move(subscription, to)
    assert subscription.state is start


def test_an_end_needs_its_reason_and_a_pause_its_end() -> None:
    with pytest.raises(TypeError):
        transition(_in(State.ACTIVE), State.ENDED)
    with pytest.raises(TypeError):
        transition(_in(State.ACTIVE), State.PAUSED)
    with pytest.raises(TypeError):
        transition(_in(State.PENDING), State.ACTIVE, reason=EndReason.BOUNCED)

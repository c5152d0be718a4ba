"""Choose the transport for the next window of a mailing."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.transports.availability import Availability, Obstacle, read_availability
from newsletter.transports.transport_config import TransportConfig

_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Wait:
    """Nothing can be sent now. `until` None: somebody has to do what `sentence` says."""

    until: datetime | None
    sentence: str


def choose(
    session: Session,
    configs: Sequence[TransportConfig],
    sender: str,
    now: datetime,
    chance: random.Random = _CHANCE,
) -> TransportConfig | Wait:
    """One of `configs` for mail from the address `sender`, at random by weight; or until when to wait.

    A transport of weight 0 is a reserve: it is used when none of the others can send, but not while one of
    them only waits for its rate limit. `chance` is the source of random numbers, for tests.
    """
    availabilities = read_availability(session, configs, sender, now)
    ready = [each.config for each in availabilities if each.obstacle is None]
    weights = [config.weight for config in ready]
    if any(weights):
        return chance.choices(ready, weights)[0]
    only_rate_limited = any(
        each.obstacle is Obstacle.RATE_LIMITED and each.config.weight for each in availabilities
    )
    if ready and not only_rate_limited:
        return ready[0]
    return _wait([each for each in availabilities if each.obstacle is not None])


def _wait(unavailable: Sequence[Availability]) -> Wait:
    """Until the first can send again by itself; else the sentences of all that need an operator."""
    soonest = min((each for each in unavailable if each.until is not None), key=_until, default=None)
    if soonest is not None:
        return Wait(soonest.until, soonest.sentence)
    sentences = dict.fromkeys(each.sentence for each in unavailable)
    return Wait(None, " ".join(sentences))


def _until(availability: Availability) -> datetime:
    assert availability.until is not None  # noqa: S101 - tells the type checker
    return availability.until

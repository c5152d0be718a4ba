"""Choose the way out for the next window of a mailing."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.transports.availability import Availability, Obstacle
from newsletter.transports.look import read_availability
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
    """One of `configs` for mail from `sender`, by their weights; or until when to wait, and for what.

    A transport of weight 0 is a reserve: it takes over when none of the others can send, but not while one
    of them only keeps its pace.
    """
    return pick(read_availability(session, configs, sender, now), chance)


def pick(standings: Sequence[Availability], chance: random.Random) -> TransportConfig | Wait:
    """The same, when it is known how things stand."""
    ready = [one.config for one in standings if one.obstacle is None]
    weights = [config.weight for config in ready]
    if any(weights):
        return chance.choices(ready, weights)[0]
    keeping_pace = any(one.obstacle is Obstacle.PACE and one.config.weight for one in standings)
    if ready and not keeping_pace:
        return ready[0]
    return _wait([one for one in standings if one.obstacle is not None])


def _wait(standings: Sequence[Availability]) -> Wait:
    """For the first that can send again by itself; else everything that has to be mended."""
    soonest = min((one for one in standings if one.until is not None), key=_until, default=None)
    if soonest is not None:
        return Wait(soonest.until, soonest.sentence)
    sentences = dict.fromkeys(one.sentence for one in standings)
    return Wait(None, " ".join(sentences))


def _until(standing: Availability) -> datetime:
    assert standing.until is not None  # noqa: S101 - tells the type checker
    return standing.until

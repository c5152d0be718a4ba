"""Choose the way out for the next window of a mailing."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.transports.look import look_at
from newsletter.transports.outlet import Outlet
from newsletter.transports.standing import Obstacle, Standing

_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Wait:
    """Nothing can be sent now. `until` None: somebody has to do what `sentence` says."""

    until: datetime | None
    sentence: str


def choose(
    session: Session,
    outlets: Sequence[Outlet],
    sender: str,
    now: datetime,
    chance: random.Random = _CHANCE,
) -> Outlet | Wait:
    """One of `outlets` for mail from `sender`, by their weights; or until when to wait, and for what.

    A transport of weight 0 is a reserve: it takes over when none of the others can send, but not while one
    of them only keeps its pace.
    """
    return pick(look_at(session, outlets, sender, now), chance)


def pick(standings: Sequence[Standing], chance: random.Random) -> Outlet | Wait:
    """The same, when it is known how things stand."""
    ready = [one.outlet for one in standings if one.obstacle is None]
    weights = [outlet.weight for outlet in ready]
    if any(weights):
        return chance.choices(ready, weights)[0]
    keeping_pace = any(one.obstacle is Obstacle.PACE and one.outlet.weight for one in standings)
    if ready and not keeping_pace:
        return ready[0]
    return _wait([one for one in standings if one.obstacle is not None])


def _wait(standings: Sequence[Standing]) -> Wait:
    """For the first that can send again by itself; else everything that has to be mended."""
    soonest = min((one for one in standings if one.until is not None), key=_until, default=None)
    if soonest is not None:
        return Wait(soonest.until, soonest.sentence)
    sentences = dict.fromkeys(one.sentence for one in standings)
    return Wait(None, " ".join(sentences))


def _until(standing: Standing) -> datetime:
    assert standing.until is not None  # noqa: S101 - tells the type checker
    return standing.until

"""Take hits from the stream and from the spool of this host into the database."""

from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.tracking.fold import fold
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream, StreamAway

log = Logger(__name__)

BATCH = 2_000
# What a scanner does comes in together, and is best judged together.
SETTLING = timedelta(seconds=5)


def take_hits(
    sessions: sessionmaker[Session], stream: HitStream, spool: HitSpool, settling: timedelta = SETTLING
) -> int:
    """Fold what waits; returns how many hits were new. Raises what the database does, then nothing is lost.

    A hit is removed where it waited after it was committed, and one that comes again is known by its key.
    """
    taken = 0
    for name in spool.waiting():
        with sessions() as session:
            taken += fold(session, spool.read(name))
            session.commit()
        spool.remove(name)
    try:
        until = clock.now() - settling
        while entries := stream.read(until, BATCH):
            with sessions() as session:
                taken += fold(session, [hit for _, hit in entries if hit is not None])
                session.commit()
            stream.remove([entry_id for entry_id, _ in entries])
    except StreamAway as error:
        log.debug("hits were not taken: Redis is away", error=str(error))
    return taken

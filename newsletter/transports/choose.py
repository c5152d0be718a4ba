from dataclasses import dataclass
from datetime import datetime
from sqlalchemy import select
from newsletter.transports.models import TransportRest


@dataclass(frozen=True)
class Wait:
    until: datetime | None
    sentence: str


def choose(session, outlets, sender, now):
    rests = session.scalars(select(TransportRest).execution_options(populate_existing=True)).all()
    for o in outlets:
        bad = [
            r
            for r in rests
            if r.transport == o.key and r.sender in ("", sender) and (r.until is None or r.until > now)
        ]
        if not bad:
            return o
    return Wait(max(r.until for r in bad) if all(r.until for r in bad) else None, bad[0].reason)

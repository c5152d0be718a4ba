from datetime import timedelta
from sqlalchemy import delete, or_
from newsletter.transports.models import TransportRest


def rest(session, key, sender, reason, *, temporary, now):
    row = session.get(TransportRest, (key, sender)) or TransportRest(transport=key, sender=sender, tries=0)
    session.add(row)
    row.reason = reason
    row.since = now
    row.tries = (row.tries or 0) + 1
    row.until = now + timedelta(seconds=min(600, 30 * 2 ** (row.tries - 1))) if temporary else None
    return row.until


def recovered(session, key, sender):
    return bool(
        session.execute(
            delete(TransportRest).where(
                TransportRest.transport == key, TransportRest.sender.in_(["", sender])
            )
        ).rowcount
    )


def resume(session, key=None):
    session.execute(delete(TransportRest))

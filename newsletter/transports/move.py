"""Move a transport one place to the front: the first is asked first, where weights decide nothing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Missing
from newsletter.transports.models import Transport


def move_earlier(session: Session, transport_id: int, *, actor: str) -> bool:
    """Change places with the one before; False when it is the first already. Raises `Missing`."""
    rows = list(
        session.scalars(
            select(Transport)
            .order_by(Transport.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    rows.sort(key=lambda row: row.position)
    place = next((place for place, row in enumerate(rows) if row.id == transport_id), None)
    if place is None:
        raise Missing("unknown_transport", f"There is no transport {transport_id}.")
    if place == 0:
        return False
    before, moved = rows[place - 1], rows[place]
    front, back = before.position, moved.position
    # No two may ever have the same position, not even for a moment.
    for row, position in ((moved, -1), (before, back), (moved, front)):
        row.position = position
        session.flush()
    audit.record(session, "relay.moved", "transport", moved.id, actor=actor, host=moved.host)
    return True

"""How often, and until when not at all: what a file says that people chose, of those who are new here.

Whoever subscribes already has chosen here; that stays.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.subscribers.imports.known import Known
from newsletter.subscribers.imports.row import Row, running_pause
from newsletter.subscribers.models import State, Subscription


def take_choices(session: Session, known: Sequence[Known], rows: Mapping[int, Row]) -> None:
    """Take over frequency and pause from the rows (by line), and note what was there before.

    Those who had no subscription have got theirs with it; those who had only not confirmed are active by now.
    """
    changed = []
    for one in known:
        details = rows[one.line].details
        until = running_pause(details)
        if not one.is_new or (details.monthly is None and until is None):
            continue
        monthly = one.monthly if details.monthly is None else details.monthly
        one.after |= {"monthly": monthly, "paused_until": until.isoformat() if until else None}
        if one.state is State.PENDING:
            one.before |= {"monthly": one.monthly, "paused_until": None}
            state = State.PAUSED if until else State.ACTIVE
            one.after |= {"state": state.value}
            changed.append({"of": one.subscription_id, "state": state, "until": until, "monthly": monthly})
    if changed:
        table = table_of(Subscription)
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("of"))
            .values(state=bindparam("state"), paused_until=bindparam("until"), monthly=bindparam("monthly")),
            changed,
        )

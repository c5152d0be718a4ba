"""People of one publication, in every state."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.publications.models import Publication
from newsletter.subscribers.models import EndReason, State, Subscription, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.factories import make_subscription

People = dict[str, Subscription]


@pytest.fixture
def people(session: Session, publication: Publication) -> People:
    """One for each state, and one who is active and suppressed; oldest first."""
    now = clock.now()
    made = {
        "ana": make_subscription(session, publication, "ana@readers.example", "Ana Lim", confirmed_at=now),
        "bo": make_subscription(session, publication, "bo@readers.example", "Bo Åkesson", State.PENDING),
        "cy": make_subscription(
            session,
            publication,
            "cy@readers.example",
            "محمد 🌊",
            State.PAUSED,
            confirmed_at=now,
            paused_until=now + timedelta(days=40),
        ),
        "dee": make_subscription(
            session,
            publication,
            "dee@readers.example",
            "Dee Lim",
            State.ENDED,
            ended_reason=EndReason.UNSUBSCRIBED,
            ended_at=now,
        ),
        "eve": make_subscription(session, publication, "eve@other.example", "", confirmed_at=now),
    }
    hashed = parse_address("eve@other.example").hash
    suppress(session, hashed, SuppressionReason.HARD_BOUNCE, actor="test")
    session.commit()
    return made

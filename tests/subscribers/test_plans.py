"""The list of subscribers is found by its indexes: no table is walked, nothing is sorted, for any page."""

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.listing import SubscriptionFilter, list_subscriptions
from tests.factories import make_readers


def plans(
    engine: Engine, session: Session, publication: Publication, wanted: SubscriptionFilter, **place: Any
) -> list[str]:
    """What SQLite says about each statement of a page, with an index for whatever can have one."""
    steps: list[str] = []

    def explain(connection: Connection, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            cursor = connection.connection.cursor()
            rows = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
            steps.extend(str(row[3]) for row in rows)

    event.listen(engine, "before_cursor_execute", explain)
    try:
        list_subscriptions(session, publication.id, wanted, **place)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    return steps


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", ["", "active", "ended"])
@pytest.mark.parametrize("place", [{}, {"older_than": 90}, {"newer_than": 20}])
def test_pages_are_ranges_of_an_index(
    engine: Engine, session: Session, publication: Publication, state: str, place: dict[str, int]
) -> None:
    make_readers(session, publication, 100)
    said = plans(engine, session, publication, SubscriptionFilter(state), **place)
    index = "ix_subscription_publication_id_state_id" if state else "ix_subscription_publication_id_id"
    assert f"SEARCH subscription USING INDEX {index}" in said[0]
    assert not any(line.startswith("SCAN") or "TEMP B-TREE" in line for line in said)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_addresses_are_a_range_and_names_an_index(
    engine: Engine, session: Session, publication: Publication
) -> None:
    make_readers(session, publication, 100)
    address = plans(engine, session, publication, SubscriptionFilter(words="reader7@"))
    assert any("email_key>? AND email_key<?" in line for line in address)
    name = plans(engine, session, publication, SubscriptionFilter(words="ader 77"))
    assert any("COVERING INDEX" in line and line.startswith("SCAN subscriber") for line in name)
    assert not any(line.startswith("SCAN") and "INDEX" not in line for line in name)

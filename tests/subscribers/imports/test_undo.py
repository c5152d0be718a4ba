"""An import that is undone leaves everything as it was, but for what people changed since."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.db import Base, table_of
from newsletter.core.errors import Conflict
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.consent import NO_WORDS
from newsletter.subscribers.frequency import EACH_ISSUE, change_frequency
from newsletter.subscribers.imports.immediate import import_file
from newsletter.subscribers.imports.models import ImportChange, SubscriberImport
from newsletter.subscribers.imports.plan import DataRule, make_plan
from newsletter.subscribers.imports.read import Source
from newsletter.subscribers.imports.undo import begin_undo, forget_changes, run_undo
from newsletter.subscribers.models import (
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.pause import resume_due
from newsletter.subscribers.subscribe import subscribe
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import MutedTopic
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.databases import both_databases
from tests.subscribers.conftest import publication
from tests.subscribers.moving import move

assert publication

PEOPLE = [f"p{number}@x.example" for number in range(6)]
TABLES = (Subscriber, Subscription, ConsentRecord, Suppression, Tag, SubscriberTag, MutedTopic)
HEADER = "email,name,language,city,tags,muted_topics,status,how often,until\n"
MAPPED = ("how often=frequency", "until=paused_until")

before = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["", "pending", "active", "left", "suppressed", "elsewhere"]),
        "name": st.sampled_from(["", "Old Name"]),
        "city": st.sampled_from([None, "Bern"]),
        "tagged": st.booleans(),
        "monthly": st.booleans(),
    }
)
row = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["", "New Name"]),
        "language": st.sampled_from(["", "de"]),
        "city": st.sampled_from(["", "Rome"]),
        "tags": st.sampled_from(["", "press", "fresh; press"]),
        "muted": st.sampled_from(["", "sport"]),
        "status": st.sampled_from(
            ["active", "active", "paused", "unsubscribed", "bounced", "complained", "blocked"]
        ),
        "often": st.sampled_from(["", "each", "monthly"]),
        "until": st.sampled_from(["", "2001-02-03", "2999-12-31T10:00:00+02:00"]),
    }
)
states = st.lists(before, min_size=len(PEOPLE), max_size=len(PEOPLE))
rows = st.lists(st.none() | row, min_size=len(PEOPLE), max_size=len(PEOPLE))


def dump(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables that an import may change."""
    session.expire_all()
    tables = [table_of(model) for model in TABLES]
    found = {
        table.name: [
            dict(one)
            for one in session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        ]
        for table in tables
    }
    session.rollback()
    return found


def empty(session: Session) -> None:
    session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in {*(table_of(model).name for model in TABLES), "import_change"}:
            session.execute(table.delete())
    session.commit()


def bring_into(session: Session, publication: Publication, email: str, facts: dict[str, Any]) -> None:
    address = parse_address(email)
    if facts["state"] == "suppressed":
        suppress(session, address.hash, SuppressionReason.MANUAL, actor="test")
    if facts["state"] in {"", "suppressed"}:
        return
    if facts["state"] == "elsewhere":
        person = Subscriber(email=email, email_key=address.key, address_hash=address.hash)
        session.add(person)
        session.flush()
    else:
        asked = subscribe(
            session, publication=publication, address=address, words=NO_WORDS, source=ConsentSource.FORM
        )
        assert asked.subscription is not None
        person = asked.subscription.subscriber or session.get_one(
            Subscriber, asked.subscription.subscriber_id
        )
        if facts["state"] != "pending":
            confirm(session, asked.subscription.id, locale="en")
        if facts["state"] == "left":
            unsubscribe(session, asked.subscription.id, source=ConsentSource.PAGE)
        session.get_one(Subscription, asked.subscription.id).monthly = facts["monthly"]
    person.name = facts["name"]
    person.attributes = {} if facts["city"] is None else {"city": facts["city"]}
    if facts["tagged"]:
        tag = session.scalars(select(Tag).where(Tag.key == "press")).one()
        assign_tag(session, tag, [person.id])
    session.commit()


def load(
    session: Session,
    publication: Publication,
    path: Path,
    given_rows: list[dict[str, str] | None],
    rule: DataRule,
) -> int:
    lines = [
        f"{email},{one['name']},{one['language']},{one['city']},{one['tags']},{one['muted']},{one['status']},"
        f"{one['often']},{one['until']}\n"
        for email, one in zip(PEOPLE, given_rows, strict=True)
        if one is not None
    ]
    path.write_text(HEADER + "".join(lines))
    plan = make_plan(session, publication.id, pairs=MAPPED, data=rule)
    return import_file(session, publication, Source(path, "file.csv", plan=plan), actor="test").id


def undo(session: Session, runtime: Runtime, publication: Publication, number: int) -> dict[str, int]:
    begin_undo(session, publication.id, number, actor="test")
    session.commit()
    run_undo(runtime.sessions, number)
    session.expire_all()
    counts = session.get_one(SubscriberImport, number).undone
    session.rollback()
    return counts


@pytest.fixture
def prepared(session: Session, publication: Publication) -> Publication:
    create_attribute(session, publication, "city", actor="test")
    create_topic(session, publication, "Sport", actor="test")
    session.commit()
    return publication


@both_databases
def test_everything_is_as_before(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path, database_url: str
) -> None:
    examples = 40 if database_url.startswith("sqlite") else 4

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(states, rows, st.sampled_from(DataRule))
    def check(were: list[dict[str, Any]], given_rows: list[dict[str, str] | None], rule: DataRule) -> None:
        empty(session)
        create_tag(session, prepared, "Press", actor="test")
        session.commit()
        for email, facts in zip(PEOPLE, were, strict=True):
            bring_into(session, prepared, email, facts)
        session.commit()
        earlier = dump(session)
        number = load(session, prepared, tmp_path / "file.csv", given_rows, rule)
        counts = undo(session, runtime, prepared, number)
        assert dump(session) == earlier
        assert counts.get("kept", 0) == counts.get("ended", 0) == 0
        assert session.scalars(select(ImportChange)).all() == []

    check()


ACTIVE = dict.fromkeys(("language", "tags", "muted", "often", "until"), "") | {
    "name": "New Name",
    "city": "Rome",
    "status": "active",
}


def test_what_somebody_changed_since_stays(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path
) -> None:
    facts = {"state": "active", "name": "", "city": None, "tagged": False, "monthly": False}
    bring_into(session, prepared, PEOPLE[0], facts)
    given_rows: list[dict[str, str] | None] = [ACTIVE, ACTIVE, ACTIVE, None, None, None]
    number = load(session, prepared, tmp_path / "file.csv", given_rows, DataRule.FILL)
    people = session.scalars(select(Subscriber).order_by(Subscriber.email)).all()
    people[0].attributes = {"city": "Oslo"}
    left = session.scalars(select(Subscription).where(Subscription.subscriber_id == people[1].id)).one()
    unsubscribe(session, left.id, source=ConsentSource.PAGE)
    session.commit()
    assert undo(session, runtime, prepared, number) == {"kept": 2, "removed": 1}
    people = session.scalars(select(Subscriber).order_by(Subscriber.email)).all()
    assert [(one.email, one.name, one.attributes) for one in people] == [
        (PEOPLE[0], "", {"city": "Oslo"}),
        (PEOPLE[1], "New Name", {"city": "Rome"}),
    ]
    session.refresh(left)
    assert left.state is State.ENDED


def test_whoever_changed_their_address_since_stays(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path
) -> None:
    number = load(session, prepared, tmp_path / "file.csv", [ACTIVE, ACTIVE, *[None] * 4], DataRule.FILL)
    person = session.scalars(select(Subscriber.id).where(Subscriber.email_key == PEOPLE[0])).one()
    move(session, person, "moved@new.example")
    assert undo(session, runtime, prepared, number) == {"kept": 1, "removed": 1}
    assert session.scalars(select(Subscriber.email)).all() == ["moved@new.example"]


def test_a_pause_that_is_over_was_changed_by_nobody(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path
) -> None:
    pending = {"state": "pending", "name": "", "city": None, "tagged": False, "monthly": False}
    bring_into(session, prepared, PEOPLE[0], pending)
    earlier = dump(session)
    until = clock.now() + timedelta(days=2)
    paused = ACTIVE | {"status": "paused", "until": until.isoformat()}
    number = load(session, prepared, tmp_path / "file.csv", [paused, paused, *[None] * 4], DataRule.FILL)
    found = session.scalars(select(Subscription)).all()
    assert [(one.state, one.paused_until) for one in found] == [(State.PAUSED, until)] * 2
    session.rollback()
    with time_machine.travel(until + timedelta(hours=1)):
        assert resume_due(session) == 2
        session.commit()
        assert undo(session, runtime, prepared, number) == {"restored": 1, "removed": 1}
    assert dump(session) == earlier


def test_whoever_chose_otherwise_since_stays(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path
) -> None:
    prepared.monthly_summary = True
    session.commit()
    monthly = ACTIVE | {"often": "monthly"}
    number = load(session, prepared, tmp_path / "file.csv", [monthly, monthly, *[None] * 4], DataRule.FILL)
    first = session.scalars(select(Subscription.id).order_by(Subscription.subscriber_id).limit(1)).one()
    change_frequency(session, first, EACH_ISSUE)
    session.commit()
    assert undo(session, runtime, prepared, number) == {"kept": 1, "removed": 1}


def test_a_suppression_with_another_ground_stays(
    session: Session, runtime: Runtime, prepared: Publication, tmp_path: Path
) -> None:
    bounced = ACTIVE | {"status": "bounced"}
    number = load(
        session, prepared, tmp_path / "file.csv", [bounced, bounced, None, None, None, None], DataRule.FILL
    )
    suppress(session, parse_address(PEOPLE[0]).hash, SuppressionReason.COMPLAINT, actor="test")
    session.commit()
    assert undo(session, runtime, prepared, number) == {"lifted": 1}
    assert session.scalars(select(Suppression.address_hash)).all() == [parse_address(PEOPLE[0]).hash]


def test_after_thirty_days_it_is_too_late(session: Session, prepared: Publication, tmp_path: Path) -> None:
    number = load(session, prepared, tmp_path / "file.csv", [ACTIVE, *[None] * 5], DataRule.FILL)
    old = session.get_one(SubscriberImport, number)
    old.created_at = clock.now() - timedelta(days=31)
    session.commit()
    with pytest.raises(Conflict, match="30 days"):
        begin_undo(session, prepared.id, number, actor="test")
    forget_changes(session)
    assert session.scalars(select(ImportChange)).all() == []

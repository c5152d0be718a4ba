"""Rules in SQL and rules in plain Python choose the same people, whoever they are and whatever is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.load import find_revision
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.segments.compile import compile_rules
from newsletter.segments.evaluate import evaluate
from newsletter.segments.models import Segment
from newsletter.segments.names import look_up
from newsletter.segments.person import read_person
from newsletter.segments.read import read
from newsletter.segments.rules import dump
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import SubscriberTag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import MutedTopic
from newsletter.tracking.models import EventKind, Label, TrackingEvent
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_subscription

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)  # the day of a clock change in Rome
CITIES = ("Rome", "rome", "Älborg", "älborg", "İzmir", "Rom", "O'Hara % _", "")
DATES = ("2026-03-28", "2026-03-29", "2026-03-30", "1999-12-31")
NUMBERS = (-2, 0, 1, 1.5, 123456789012345)
# Around the ends of days in Rome, of which one has 23 hours.
MOMENTS = [
    datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    for day in (27, 28, 29)
    for hour in (21, 22, 23)
    for minute in (0, 59)
]
MAILINGS = (1, 2, 3)

cities = st.sampled_from([city for city in CITIES if city])
days = st.one_of(
    st.sampled_from(DATES),
    st.builds(lambda n: {"days_ago": n}, st.integers(0, 2)),
    st.builds(lambda n: {"in_days": n}, st.integers(0, 2)),
)
periods = st.one_of(
    st.fixed_dictionaries({"after": days}),
    st.fixed_dictionaries({"before": days}),
    st.fixed_dictionaries({"after": days, "before": days}),
)


def _attribute(key: str, operators: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda operator, value: {"attribute": key, operator: value}, st.sampled_from(operators), values
    )


def _past(word: str) -> st.SearchStrategy[Any]:
    latest = st.integers(1, 4).flatmap(
        lambda n: st.fixed_dictionaries(
            {word: st.just("latest"), "mailings": st.just(n), "at_least": st.integers(1, n)}
        )
    )
    ever = st.fixed_dictionaries({word: st.just("ever"), "at_least": st.integers(1, 3)})
    return st.one_of(latest, ever, st.sampled_from([{word: "never"}, {word: "ever"}, {word: 2}]))


named = [
    {"tag": "press"},
    {"topic": "sport"},
    {"segment": "romans"},
    {"state": "active"},
    {"state": "paused"},
]
missed = [{"did_not_get": "latest"}, {"did_not_get": "latest", "mailings": 3}, {"did_not_get": 2}]
leaves = st.one_of(
    _attribute("city", ["is", "is_not", "contains", "starts_with"], cities),
    _attribute("age", ["is", "is_not", "greater", "less"], st.sampled_from(NUMBERS)),
    _attribute("born", ["before", "after"], days),
    _attribute("born", ["is", "is_not"], st.sampled_from(DATES)),
    _attribute("vip", ["is", "is_not"], st.booleans()),
    _attribute("city", ["known"], st.booleans()),
    st.sampled_from(named),
    st.builds(lambda tag: {"language": tag}, st.sampled_from(["en", "pt", "pt-BR", "de"])),
    st.builds(lambda word, period: {word: period}, st.sampled_from(["signed_up", "confirmed"]), periods),
    st.builds(lambda source: {"source": source}, st.sampled_from(["form", "import"])),
    _past("clicked"),
    _past("got"),
    _past("rejected"),
    st.sampled_from(missed),
)
joins = st.sampled_from(["all", "any", "none"])
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda word, parts: {word: parts}, joins, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
sources = st.sampled_from([ConsentSource.FORM, ConsentSource.IMPORT, ConsentSource.PAGE])
people = st.lists(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(State),
            "paused_until": st.sampled_from([NOW, NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)]),
            "created_at": st.sampled_from(MOMENTS),
            "confirmed_at": st.none() | st.sampled_from(MOMENTS),
            "language": st.sampled_from(["", "en", "pt", "PT-br", "de-AT"]),
            "attributes": st.fixed_dictionaries(
                {},
                optional={
                    "city": st.sampled_from(CITIES) | st.none(),
                    "age": st.sampled_from(NUMBERS),
                    "born": st.sampled_from(DATES),
                    "vip": st.booleans(),
                },
            ),
            "tagged": st.booleans(),
            "muted": st.booleans(),
            "sources": st.sets(sources),
            "outcomes": st.dictionaries(st.sampled_from(MAILINGS), st.sampled_from(Outcome)),
            "clicked": st.sets(st.sampled_from(MAILINGS)),
            "scanned": st.sets(st.sampled_from(MAILINGS)),
        }
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def publication(session: Session) -> Publication:
    """A publication with everything that the rules name, and three mailings that began one after another."""
    made = make_publication(session, language="pt-BR", timezone="Europe/Rome")
    create_attribute(session, made, "city", actor="test")
    create_attribute(session, made, "age", type_=AttributeType.NUMBER, actor="test")
    create_attribute(session, made, "born", type_=AttributeType.DATE, actor="test")
    create_attribute(session, made, "vip", type_=AttributeType.BOOLEAN, actor="test")
    create_tag(session, made, "press", actor="test")
    create_topic(session, made, "sport", actor="test")
    session.add(
        Segment(
            publication_id=made.id, slug="romans", name="Romans", rules={"attribute": "city", "is": "Rome"}
        )
    )
    for number in MAILINGS:
        issue = make_issue(session, made, f"issue-{number}")
        session.add(
            Mailing(
                id=number,
                publication_id=made.id,
                issue_id=issue.id,
                revision_id=find_revision(session, issue).id,
                scheduled_at=NOW,
                started_at=NOW - timedelta(days=10 - number),
                state=MailingState.FINISHED,
            )
        )
    session.flush()
    return made


@both_databases
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(rules, min_size=4, max_size=6), people=people)
def test_sql_and_python_choose_the_same(
    session: Session, publication: Publication, asked: list[dict[str, Any]], people: list[dict[str, Any]]
) -> None:
    with session.begin_nested() as attempt:
        for number, facts in enumerate(people):
            _make(session, publication, number, facts)
        session.flush()
        session.expire_all()
        persons = {each.id: read_person(session, each) for each in session.scalars(select(Subscription))}
        for plain in asked:
            rules = read(plain)
            assert dump(rules) == plain
            names = look_up(session, publication, rules, NOW)
            chosen = select(Subscription.id).join(Subscription.subscriber)
            chosen = chosen.where(compile_rules(session, publication, rules, NOW))
            expected = {id_ for id_, person in persons.items() if evaluate(rules, person, names)}
            assert set(session.scalars(chosen)) == expected
        attempt.rollback()


def _make(session: Session, publication: Publication, number: int, facts: dict[str, Any]) -> None:
    state = facts["state"]
    subscription = make_subscription(
        session,
        publication,
        f"p{number}@x.example",
        state=state,
        created_at=facts["created_at"],
        confirmed_at=facts["confirmed_at"],
        paused_until=facts["paused_until"] if state is State.PAUSED else None,
        ended_reason=EndReason.UNSUBSCRIBED if state is State.ENDED else None,
    )
    subscriber = subscription.subscriber
    subscriber.language, subscriber.attributes = facts["language"], facts["attributes"]
    names = look_up(session, publication, read({"all": [{"tag": "press"}, {"topic": "sport"}]}), NOW)
    if facts["tagged"]:
        session.add(SubscriberTag(tag_id=names.tags["press"].id, subscriber_id=subscriber.id))
    if facts["muted"]:
        session.add(MutedTopic(topic_id=names.topics["sport"].id, subscription_id=subscription.id))
    for source in facts["sources"]:
        kind = ConsentKind.WITHDRAWN if source is ConsentSource.PAGE else ConsentKind.REQUESTED
        session.add(ConsentRecord(subscription_id=subscription.id, kind=kind, source=source))
    for mailing_id, outcome in facts["outcomes"].items():
        delivery = Delivery(mailing_id=mailing_id, seq=number + 1, outcome=outcome)
        delivery.subscriber_id, delivery.subscription_id = subscriber.id, subscription.id
        session.add(delivery)
    for label, mailings in ((Label.PERSON, facts["clicked"]), (Label.SCANNER, facts["scanned"])):
        for mailing_id in mailings:
            click = TrackingEvent(mailing_id=mailing_id, link_id=1, kind=EventKind.CLICK, at=NOW, label=label)
            click.key, click.subscriber_id = f"{number}-{label}-{mailing_id}", subscriber.id
            session.add(click)

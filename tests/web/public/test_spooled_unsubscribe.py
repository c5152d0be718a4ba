"""Leaving while the database is away: answered like always, kept on the disk, carried out when it is back."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from signal import SIGKILL
from time import monotonic

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from newsletter.app import create_app
from newsletter.core import clock
from newsletter.core.db import make_engine, reading, session_factory
from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.sending import failpoints
from newsletter.settings import Settings
from newsletter.subscribers import unsubscribe_spool
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource, State, Subscription
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.web import database
from newsletter.web.accounts.signed_in import KEY, SEEN
from newsletter.web.public import spooled_unsubscribe
from tests.databases import both_databases
from tests.extent import BUSY
from tests.processes import wait_until
from tests.servers.proxy import Proxy
from tests.web.example_path import example_path
from tests.web.public.conftest import subscribed

UNREACHABLE = "postgresql://nobody@127.0.0.1:1/none"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def spool(settings: Settings) -> UnsubscribeSpool:
    return UnsubscribeSpool(settings.unsubscribe_dir)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooled_unsubscribe, "LOCK_TIMEOUT_SECONDS", 0.05)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Without a worker at its side, which would wait for the database."""
    return app.test_client()


@pytest.fixture
def link(links: Links, session: Session, subscription: Subscription) -> str:
    """Where Ana leaves. Nothing is open in the database afterwards."""
    path = local(links, links.unsubscribe(subscription.id, 7))
    session.rollback()
    return path


def local(links: Links, url: str) -> str:
    return url.removeprefix(links.public_url)


@contextmanager
def locking(engine: Engine) -> Iterator[None]:
    """Another program writes to the SQLite file, or changes the table on PostgreSQL."""
    other = create_engine(engine.url)
    sqlite = engine.dialect.name == "sqlite"
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE subscription")
        yield
    other.dispose()


def states(session: Session) -> list[State]:
    """Of all subscriptions, in their order."""
    with reading():
        found = session.scalars(select(Subscription.state).order_by(Subscription.id)).all()
        session.rollback()
    return list(found)


def leaves_within_a_second(session: Session) -> None:
    since = monotonic()
    wait_until(lambda: states(session)[0] is State.ENDED)
    assert monotonic() - since < 1 + BUSY


@both_databases
def test_one_click_while_the_database_is_locked(
    client: FlaskClient, session: Session, link: str, engine: Engine
) -> None:
    with locking(engine):
        answer = client.post(link, data=ONE_CLICK)
        answered = clock.now()
        assert (answer.status_code, answer.text) == (200, "Unsubscribed.\n")
        told = client.get("/healthz").json
        assert told
        assert told["unsubscribes"] == {"waiting": 1, "failed": 0}
    leaves_within_a_second(session)
    record = session.scalars(select(ConsentRecord)).one()
    assert (record.kind, record.source) == (ConsentKind.WITHDRAWN, ConsentSource.ONE_CLICK)
    assert record.at <= answered


@on_postgresql
def test_postgresql_stops_and_comes_back(app: Flask, session: Session, link: str, database_url: str) -> None:
    with Proxy.before(database_url) as proxy:
        engine = make_engine(proxy.url)
        app.extensions[database.EXTENSION] = session_factory(engine)
        client = app.test_client()
        assert client.get(link).status_code == 200
        proxy.refuse()
        proxy.cut()
        by_hand = client.post(link)
        assert by_hand.status_code == 200
        assert "Nothing more will be sent." in by_hand.text
        assert client.post(link, data=ONE_CLICK).text == "Unsubscribed.\n"
        assert client.post(f"{link}A").status_code == 404
        assert client.get("/archive/morning/").status_code == 503
        assert states(session) == [State.ACTIVE]
        proxy.heal()
        leaves_within_a_second(session)
        engine.dispose()


@on_postgresql
def test_postgresql_is_stopped_and_says_nothing(
    app: Flask, session: Session, link: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ANSWER_SECONDS", 0.3)
    with Proxy.before(database_url) as proxy:
        engine = make_engine(proxy.url)
        app.extensions[database.EXTENSION] = session_factory(engine)
        client = app.test_client()
        assert client.get(link).status_code == 200
        proxy.hold()
        assert client.get("/archive/morning/").status_code == 503
        for _ in range(3):  # the first one waits, the others know
            assert client.post(link, data=ONE_CLICK).text == "Unsubscribed.\n"
        proxy.heal()
        wait_until(lambda: states(session)[0] is State.ENDED)
        engine.dispose()


def test_the_links_of_an_issue_lead_to_the_button_even_then(settings: Settings, link: str) -> None:
    client = create_app(_unreachable(settings)).test_client()
    page = client.get(link)
    assert page.status_code == 200
    assert f'action="{link}"' in page.text


@pytest.mark.parametrize("all_of_them", [False, True])
def test_the_preferences_page(
    client: FlaskClient,
    session: Session,
    links: Links,
    subscription: Subscription,
    engine: Engine,
    all_of_them: bool,
) -> None:
    url, named = local(links, links.preferences(subscription.subscriber_id)), subscription.id
    session.rollback()
    with locking(engine):
        if all_of_them:
            answer = client.post(f"{url}/leave-all")
        else:
            answer = client.post(f"{url}/leave", data={"subscription": named})
        assert answer.status_code == 200
        assert "Nothing more will be sent." in answer.text
        assert client.post(f"{url}/leave", data={"subscription": "none"}).status_code == 503
    leaves_within_a_second(session)
    assert session.scalars(select(ConsentRecord.source)).all() == [ConsentSource.PREFERENCES]


def test_nobody_is_told_they_left_when_there_is_no_room(
    client: FlaskClient,
    session: Session,
    links: Links,
    link: str,
    publication: Publication,
    engine: Engine,
    spool: UnsubscribeSpool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = local(links, links.unsubscribe(subscribed(session, publication, "bo@example.org").id))
    monkeypatch.setattr(unsubscribe_spool, "MOST", 1)
    session.rollback()
    with locking(engine):
        assert client.post(link, data=ONE_CLICK).status_code == 200
        refused = client.post(other, data=ONE_CLICK)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "60"
        assert client.post(link, data=ONE_CLICK).status_code == 200  # as before
        assert len(spool.waiting()) == 1
    leaves_within_a_second(session)
    assert client.post(other, data=ONE_CLICK).status_code == 200  # in the spool, if that was emptied just now
    wait_until(lambda: states(session) == [State.ENDED, State.ENDED])


def test_killed_between_keeping_and_answering(
    app: Flask, settings: Settings, session: Session, link: str, spool: UnsubscribeSpool
) -> None:
    app.extensions[database.EXTENSION] = session_factory(make_engine(UNREACHABLE))
    failpoints.arm("unsubscribe.kept=kill")
    try:
        child = get_context("fork").Process(target=lambda: app.test_client().post(link, data=ONE_CLICK))
        child.start()
        child.join(timeout=30)
    finally:
        failpoints.arm("")
    assert child.exitcode == -SIGKILL
    assert len(spool.waiting()) == 1
    create_app(settings)  # the web server is started again
    leaves_within_a_second(session)


def test_every_other_page_says_when_to_come_back(settings: Settings, links: Links) -> None:
    app = create_app(_unreachable(settings))
    client = app.test_client()
    with client.session_transaction() as cookie:  # of somebody who may be signed in
        cookie.update({"_user_id": "1", KEY: "1", SEEN: int(clock.now().timestamp())})
    later = 0
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(_example(rule, links), method=method)
            assert answer.status_code != 500, rule
            if answer.status_code == 503 and rule.rule != "/healthz":
                later += 1
                assert answer.headers["Retry-After"] == "60", rule
                assert "try again in a minute" in answer.text, rule
    assert later > 100


def _unreachable(settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": UNREACHABLE})


def _example(rule: Rule, links: Links) -> str:
    tokens = {"/u/": links.unsubscribe(1, 1), "/p/": links.preferences(1), "/confirm/": links.confirm(1)}
    for start, link in tokens.items():
        if rule.rule.startswith(start):
            return rule.rule.replace(f"{start}<token>", local(links, link))
    return example_path(rule)

"""`/healthz`: for supervisors and load balancers."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from newsletter.core.db import make_engine
from newsletter.settings import Settings
from newsletter.web import database
from tests.servers import ValkeyServer


def test_it_says_that_everything_answers(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json == {
            "status": "ok",
            "web": "ok",
            "database": "ok",
            "broker": "ok",
            "unsubscribes": {"waiting": 0, "failed": 0},
        }


def test_it_says_which_part_is_away_and_when_it_is_back(
    app: Flask, client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    server = ValkeyServer(tmp_path / "valkey")
    app.extensions["newsletter_settings"] = settings.model_copy(update={"redis_url": server.start()})
    try:
        assert client.get("/healthz").status_code == 200
        server.stop()
        for _ in range(2):
            away = client.get("/healthz")
            assert away.status_code == 503
            assert away.json is not None
            assert away.json["broker"] == "does not answer (ConnectionError)"
            assert away.json["database"] == "ok"
        server.start()
        assert client.get("/healthz").status_code == 200
    finally:
        server.stop()


def test_it_says_when_the_database_is_away(app: Flask, client: FlaskClient) -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    database.use(app, engine)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] == "does not answer (OperationalError)"
    assert answer.json["broker"] == "ok"
    engine.dispose()

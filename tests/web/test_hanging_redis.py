"""A Redis that takes connections and answers nothing costs a page less than a second, and only one page."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from newsletter import jobs, migrations
from newsletter.app import create_app
from newsletter.core.queue import broker
from newsletter.deferred.models import DeferredRequest
from newsletter.settings import Settings
from newsletter.web import database
from tests.extent import BUSY
from tests.factories import create_morning
from tests.web.public.conftest import STAMP


@pytest.fixture
def silent_redis() -> Iterator[str]:
    """Connections wait in its backlog for ever."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'newsletter.db'}"


@pytest.fixture
def client(silent_redis: str, database_url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    key = SecretStr("of the test")
    given = Settings(data_dir=tmp_path, database_url=database_url, redis_url=silent_redis, secret_key=key)
    broker.connect("redis://127.0.0.1:1/0")
    jobs.sweep.publish()  # importing Celery takes longer than all that is measured here
    app = create_app(given)
    app.config["SIGN_UP_FASTEST_SECONDS"] = 0
    with app.app_context():
        engine = database.db.engine
        migrations.upgrade(engine)
        create_morning(database.session())
    yield app.test_client()
    engine.dispose()


def test_a_sign_up_is_taken_within_a_second(client: FlaskClient) -> None:
    stamp = STAMP.search(client.get("/subscribe/morning").text)
    assert stamp is not None
    took = []
    for number in range(4):
        fields = {"email": f"reader{number}@example.org", "stamp": stamp[1]}
        began = time.monotonic()
        assert client.post("/subscribe/morning", data=fields).status_code == 200
        took.append(time.monotonic() - began)
    assert max(took) < 1.0 + BUSY
    assert sum(took[1:]) < 1.0 + BUSY  # only the first has waited
    with client.application.app_context():
        assert len(database.session().scalars(select(DeferredRequest)).all()) == 4


def test_the_page_for_supervisors_tells_within_a_second(client: FlaskClient) -> None:
    began = time.monotonic()
    answer = client.get("/healthz")
    assert time.monotonic() - began < 1.0 + BUSY
    assert answer.get_json()["broker"] == "does not answer (TimeoutError)"

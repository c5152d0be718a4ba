"""`newsletter doctor`: everything that is wrong, and each trouble once."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.cli import environment
from newsletter.core import clock
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.settings import Settings
from newsletter.smtp.sink import Sink
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication


def message(session: Session, number: int, state: MessageState, error: str, *, hours: int) -> None:
    session.add(
        SystemMessage(
            kind="confirm",
            recipient=f"r{number}@readers.example",
            address_hash=str(number),
            state=state,
            error=error,
            created_at=clock.now() - timedelta(hours=hours),
        )
    )


def test_a_database_without_tables_is_told_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bare.db'}")
    environment.runtime.cache_clear()
    said = run("doctor", "--json").json
    assert (said["database"]["ok"], "db upgrade" in said["database"]["message"]) == (False, True)
    for name in ("signing", "publications", "failed system messages"):
        assert said[name] == {"ok": None, "message": "not checked, because of the database"}


def test_settings_that_cannot_be_used_are_told_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://press.example/letters")
    environment.runtime.cache_clear()
    ran = run("doctor")
    assert (ran.code, ran.out.count("PUBLIC_URL"), ran.out.count("no path")) == (1, 1, 1)


def test_every_folder_that_cannot_be_written_is_listed(run: Run, settings: Settings) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    settings.media_dir.write_bytes(b"a file where a folder belongs")
    settings.tally_dir.write_bytes(b"")
    said = run("doctor", "--json").json["data directory"]
    assert not said["ok"]
    assert str(settings.media_dir) in said["message"]
    assert str(settings.tally_dir) in said["message"]


@both_databases
def test_senders_and_messages_that_cannot_be_written_are_listed(run: Run, session: Session) -> None:
    make_publication(session, sender_email="zoë@press.example")
    message(session, 1, MessageState.FAILED, "550 5.1.1 No such user", hours=1)
    message(session, 2, MessageState.FAILED, "550 5.1.1 No such user", hours=1)
    message(session, 3, MessageState.WAITING, "451 4.7.1 Come back later", hours=2)
    message(session, 4, MessageState.WAITING, "451 4.3.0 Busy", hours=0)
    session.commit()
    with Sink() as sink:
        run("transport", "add", "a", "--host", "127.0.0.1", "--port", str(sink.port), "--security", "none")
        said = run("doctor", "--json").json
        lines = run("doctor").out
    assert "“zoë@press.example” cannot be a sender" in said["publications"]["message"]
    assert said["failed system messages"]["message"] == "2 of the last 7 days: 550 5.1.1 No such user"
    assert said["waiting system messages"]["message"] == "1 for more than an hour: 451 4.7.1 Come back later"
    assert lines.count("zoë") == 1
    without_relay = run("doctor", "--json").json["waiting system messages"]
    assert without_relay == {"ok": None, "message": "not checked, because of the relay"}

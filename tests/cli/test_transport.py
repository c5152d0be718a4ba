"""`newsletter transport`."""

import io
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.settings import Settings
from newsletter.smtp.sink import Options, Sink
from newsletter.transports.cooldown import cool_down
from newsletter.transports.find import all_transports, stored_settings
from newsletter.transports.models import TransportUse
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication

CANARY = "canary-pässword"
ADD = ("transport", "add", "The first", "--host", "smtp.example.org")


def typed(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(words))


def test_added_with_its_password_from_standard_input(
    run: Run, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, f"{CANARY}\n")
    limits = ("--per-second", "12.5", "--hours", "8:00-20:00", "--zone", "Europe/Rome", "--weight", "3")
    rates = ("--provider-limits", "gmail=20 yahoo=5")
    made = run(*ADD, "--username", "ana", "--password-stdin", *limits, *rates, "--json")
    assert made.code == 0, made.err
    assert made.json == {"id": 1, "name": "The first", "relay": "smtp.example.org:587"}
    (transport,) = all_transports(session)
    assert stored_settings(transport, settings.secrets).password == CANARY
    assert transport.provider_limits == {"gmail": 20.0, "yahoo": 5.0}
    session.commit()
    listed = run("transport", "list", "--json")
    row = listed.json["transports"][0]
    assert (row["state"], row["share"], row["username"]) == ("sends", 100, "ana") or row["state"] == "hours"
    assert row["limits"]["per_second"] == 12.5
    assert CANARY not in made.out + made.err + listed.out + run("transport", "list").out
    assert CANARY not in repr(session.execute(text("SELECT * FROM audit_entry")).all())


def test_a_password_in_a_file(run: Run, session: Session, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{CANARY}\n", encoding="utf-8")
    assert run(*ADD, "--username", "ana", "--password-file", str(path)).code == 0
    (transport,) = all_transports(session)
    assert stored_settings(transport, settings.secrets).password == CANARY


@pytest.mark.parametrize(("weight", "when"), [("1", "from now on"), ("0", "when no other relay can send")])
def test_it_is_told_when_mail_leaves_by_it(run: Run, weight: str, when: str) -> None:
    assert f"mail is sent through smtp.example.org:587 {when}." in run(*ADD, "--weight", weight).out


def test_what_cannot_be_added(run: Run, session: Session) -> None:
    refused = run(*ADD, "--username", "ana")
    assert (refused.code, "Enter the password" in refused.err) == (2, True)
    for option, words in (("--per-second", "0"), ("--hours", "8-20"), ("--port", "0"), ("--zone", "Mars")):
        refused = run(*ADD, option, words)
        assert refused.code == 2
        assert option.removeprefix("--").replace("-", "_") in refused.err
    assert run("transport", "add", "x").code == 2
    assert all_transports(session) == []
    session.commit()
    assert run(*ADD).code == 0
    assert "already exists" in run(*ADD).err


@both_databases
def test_set_changes_only_what_is_named(
    run: Run, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, CANARY)
    run(*ADD, "--username", "ana", "--password-stdin", "--per-day", "1000")
    assert run("transport", "set", "1", "--security", "tls", "--per-second", "5").code == 0
    (transport,) = all_transports(session)
    assert (transport.port, transport.per_day, transport.per_second) == (465, 1000, 5.0)
    assert stored_settings(transport, settings.secrets).password == CANARY
    session.commit()
    elsewhere = run("transport", "set", "1", "--host", "evil.example")
    assert (elsewhere.code, "Enter the password again" in elsewhere.err) == (2, True)
    assert run("transport", "set", "The first", "--name", "The only one", "--per-day", "").code == 0
    session.expire_all()
    assert (transport.name, transport.per_day, transport.host) == ("The only one", None, "smtp.example.org")
    session.commit()
    typed(monkeypatch, "another\n")
    assert run("transport", "set", "1", "--host", "b.example", "--password-stdin").code == 0
    assert run("transport", "set", "1", "--weight", "-1").code == 2
    session.expire_all()
    assert stored_settings(transport, settings.secrets).password == "another"


@both_databases
def test_the_list_says_how_things_stand(run: Run, session: Session) -> None:
    listed = run("transport", "list")
    assert "SMTP_URL" in listed.out
    assert "sends" in listed.out
    warm = ("--warm-up-from", "2020-01-01", "--warm-up-per-day", "9")
    limited = {"a": ("--weight", "3"), "c": ("--per-day", "10"), "d": ("--weight", "0"), "g": warm}
    for name in "abcdefg":
        limits = limited.get(name, ())
        assert run("transport", "add", name, "--host", f"{name}.example", *limits).code == 0
    session.add(TransportUse(transport="transport:3", used=10, day=clock.now().date()))
    cool_down(session, "transport:5", "", "It is down.", temporary=True, now=clock.now())
    cool_down(session, "transport:6", "", "It knows us no more.", temporary=False, now=clock.now())
    cool_down(
        session, "transport:1", "news@example.org", "It refuses the sender.", temporary=False, now=clock.now()
    )
    session.commit()
    run("transport", "pause", "b")
    transports = {one["name"]: one for one in run("transport", "list", "--json").json["transports"]}
    assert [transports[name]["state"] for name in "abcdefg"] == [
        "sends", "paused", "day", "sends", "resting", "stuck", "sends",
    ]  # fmt: skip
    assert (transports["a"]["share"], transports["b"]["share"], transports["d"]["share"]) == (50, 0, 0)
    assert transports["c"]["used_today"] == transports["c"]["allowance"] == 10
    assert transports["a"]["senders"]["news@example.org"] == {
        "reason": "It refuses the sender.",
        "until": None,
    }
    assert transports["e"]["until"] > clock.now().isoformat()
    assert transports["f"]["reason"] == "It knows us no more."
    said = run("transport", "list").out
    for words in ("takes 50 %", "paused", "done for today, until", "10 of 10 used today", "a reserve",
                  "rests until", "needs attention: It knows us no more.", "warming up since 2020-01-01",
                  "not for news@example.org: It refuses the sender."):  # fmt: skip
        assert words in said


@both_databases
def test_paused_resumed_and_removed(run: Run, session: Session) -> None:
    run(*ADD)
    assert run("transport", "pause", "1", "--json").json == {"changed": True}
    assert "already paused" in run("transport", "pause", "The first").out
    assert "paused" in run("transport", "list").out
    assert "is sending again" in run("transport", "resume", "1").out
    assert "It was already sending" in run("transport", "resume", "transport:1").out
    assert run("transport", "pause", "2").code == 2
    assert run("transport", "remove", "1", "--json").json == {"removed": 1}
    assert run("transport", "remove", "1").code == 2
    actions = [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["relay.saved", "relay.paused", "relay.resumed", "relay.removed"]


def test_a_relay_of_the_environment_is_resumed_but_not_changed(run: Run, session: Session) -> None:
    key = run("transport", "list", "--json").json["transports"][0]["key"]
    refused = run("transport", "pause", key)
    assert (refused.code, "SMTP_URL: change it there" in refused.err) == (2, True)
    cool_down(session, key, "", "It is down.", temporary=False, now=clock.now())
    session.commit()
    assert "needs attention: It is down." in " ".join(run("transport", "list").out.split())
    assert "is sending again" in run("transport", "resume", key).out
    assert "It was already sending" in run("transport", "resume", key).out


def test_tried_step_by_step(run: Run, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make_publication(session)
    session.commit()
    with Sink(Options(users={"ana": CANARY}, auth_in_clear=True)) as sink:
        typed(monkeypatch, CANARY)
        local = ("--host", "127.0.0.1", "--port", str(sink.port), "--username", "ana")
        assert run("transport", "add", "local", *local, "--password-stdin").code == 0
        tried = run("transport", "test", "local", "--json")
        assert tried.code == 0, tried.err
        assert tried.json["ok"]
        assert [step["result"] for step in tried.json["steps"]] == ["done"] * 3 + ["not_needed"] + [
            "done"
        ] * 2
        said = run("transport", "test", "1", "--to", "you@example.org", "--from", "me@example.org")
        assert "accepted a test message to you@example.org" in said.out
        assert [(one.sender, one.recipient) for one in sink.records] == [
            (publication.sender_email, publication.sender_email),
            ("me@example.org", "you@example.org"),
        ]
        typed(monkeypatch, "another")
        run("transport", "set", "1", "--password-stdin")
        failed = run("transport", "test", "1", "--to", "you@example.org")
        assert failed.code == 1
        assert "failed auth" in " ".join(failed.out.split())
        assert "another" not in failed.out
    assert run("transport", "test", "1", "--to", "nobody").code == 2


def test_a_test_message_needs_a_sender(run: Run) -> None:
    run(*ADD)
    tried = run("transport", "test", "1", "--to", "you@example.org")
    assert (tried.code, "--from" in tried.err) == (2, True)


def test_what_cannot_be_read_is_told(run: Run, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, CANARY)
    run(*ADD, "--username", "ana", "--password-stdin")
    all_transports(session)[0].password = "gAAAAA-nonsense"
    session.commit()
    assert "cannot be used: The relay's password" in " ".join(run("transport", "list").out.split())
    tried = run("transport", "test", "1")
    assert (tried.code, "OLD_SECRET_KEYS" in tried.err) == (1, True)
    assert "OLD_SECRET_KEYS" in run("doctor", "--json").json["relay"]["message"]


def test_the_doctor_asks_every_relay_that_is_not_paused(run: Run, session: Session) -> None:
    with Sink() as sink:
        run("transport", "add", "a", "--host", "127.0.0.1", "--port", str(sink.port), "--security", "none")
        run("transport", "add", "b", "--host", "127.0.0.1", "--port", "1", "--security", "none")
        down = run("doctor", "--json").json["relay"]
        assert (down["ok"], "Nothing is listening at 127.0.0.1:1" in down["message"]) == (False, True)
        run("transport", "pause", "b")
        well = run("doctor", "--json").json["relay"]
        assert well == {
            "ok": True,
            "message": f"127.0.0.1:{sink.port} accepts our connection; 127.0.0.1:1 is paused",
        }
        run("transport", "pause", "a")
        assert not run("doctor", "--json").json["relay"]["ok"]
        run("transport", "resume", "a")
        cool_down(session, "transport:1", "", "It refuses the sender.", temporary=False, now=clock.now())
        session.commit()
        assert run("doctor", "--json").json["relay"] == {"ok": False, "message": "a: It refuses the sender."}

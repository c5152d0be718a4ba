"""`newsletter dkim`."""

import dns.zone
import pytest
from sqlalchemy.orm import Session

from newsletter.cli import environment
from newsletter.transports.dkim_keys import list_keys
from tests.cli.conftest import Run
from tests.databases import both_databases


@both_databases
def test_from_a_key_to_its_use_and_its_end(run: Run, session: Session) -> None:
    made = run("dkim", "add", "press.example", "--selector", "n1", "--json").json
    assert (made["id"], made["algorithm"], made["active_since"]) == (1, "rsa-sha256", None)
    assert made["name"] == "n1._domainkey.press.example"
    assert made["record"].startswith("v=DKIM1; k=rsa; p=")
    told = run("dkim", "record", "1").out
    assert made["record"] in told.splitlines()
    zone = dns.zone.from_text(f"$TTL 300\n{told.splitlines()[-1]}\n", "press.example", check_origin=False)
    (record,) = zone.find_rdataset("n1._domainkey", "TXT")
    assert b"".join(record.strings).decode() == made["record"]
    assert "does not sign yet" in run("dkim", "list").out
    assert run("dkim", "activate", "1", "--without-checking", "--json").json["active_since"]
    assert [key["id"] for key in run("dkim", "list", "--json").json["keys"]] == [1]
    assert "was removed" in run("dkim", "remove", "1").out
    assert list_keys(session) == []
    session.rollback()
    assert "No keys yet" in run("dkim", "list").out


def test_a_short_key_has_a_selector_of_its_own(run: Run) -> None:
    first = run("dkim", "add", "press.example", "--json").json
    second = run("dkim", "add", "press.example", "--ed25519", "--json").json
    assert first["selector"] != second["selector"]
    assert second["algorithm"] == "ed25519-sha256"


def test_a_domain_beyond_ascii_is_written_as_the_dns_has_it(run: Run) -> None:
    made = run("dkim", "add", "Zeitung.MÜNCHEN.example", "--selector", "n1", "--json").json
    assert made["name"] == "n1._domainkey.zeitung.xn--mnchen-3ya.example"


def test_mistakes_are_told(run: Run) -> None:
    assert run("dkim", "add", "no domain").code == 2
    missing = run("dkim", "activate", "7")
    assert (missing.code, "no DKIM key 7" in missing.err) == (2, True)


def test_the_doctor_looks_at_the_keys_in_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("doctor", "--json").json["signing"] == {"ok": True, "message": "no mail is signed here"}
    run("dkim", "add", "press.example")
    assert run("doctor", "--json").json["signing"]["ok"]  # it does not sign yet
    run("dkim", "activate", "1", "--without-checking")
    monkeypatch.setenv("SECRET_KEY", "another secret of the tests")
    environment.runtime().engine.dispose()
    environment.runtime.cache_clear()
    told = run("doctor", "--json").json["signing"]
    assert (told["ok"], "The DKIM key of press.example cannot be read" in told["message"]) == (False, True)

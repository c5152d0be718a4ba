"""The relay in the database: saved, found, taken up, forgotten; its password locked away."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.runtime import Runtime
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.url import Dialogue, Relay, parse_smtp_url
from newsletter.transports.cooldown import cool_down
from newsletter.transports.edit import add_transport, change_relay
from newsletter.transports.find import transport_configs, usable_transports
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.secret_box import DecryptionFailed, SecretBox
from newsletter.transports.security import Security
from newsletter.transports.transport_config import Limits, row_key

URL = "smtp://127.0.0.1:2525?starttls=never"
SECRETS = ["the newest secret", "an older one"]
FACTS = RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ana", "canary-päss")


def relay(session: Session, secrets: list[str] = SECRETS) -> Relay:
    (config,) = transport_configs(session, secrets, URL)
    return config.relay


def test_without_one_it_is_the_environments(session: Session) -> None:
    assert relay(session) == parse_smtp_url(URL)


def test_the_saved_one_comes_first(session: Session, runtime: Runtime) -> None:
    add_transport(session, FACTS, SECRETS, actor="ana")
    session.commit()
    assert relay(session) == FACTS.relay
    session.rollback()
    usable = usable_transports(runtime.sessions, SECRETS, URL)
    assert not isinstance(usable, SessionFailed)
    assert [each.relay for each in usable] == [replace(FACTS.relay, dialogue=Dialogue.CHUNKING)]


def test_the_password_is_in_no_column_and_no_audit(session: Session) -> None:
    add_transport(session, FACTS, SECRETS, actor="ana")
    session.commit()
    for table in ("transport", "audit_entry"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        assert "canary" not in repr(rows)


def test_rotation_keeps_the_password_and_losing_the_secret_says_so(
    session: Session, runtime: Runtime
) -> None:
    saved = add_transport(session, FACTS, ["an older one"], actor="ana")
    session.commit()
    assert relay(session) == FACTS.relay
    (config,) = transport_configs(session, ["another"], URL)
    assert isinstance(config.broken, SessionFailed)
    assert not config.broken.temporary
    assert "OLD_SECRET_KEYS" in config.broken.message
    assert config.relay.where == FACTS.relay.where
    assert config.relay.password is None
    session.rollback()
    failure = usable_transports(runtime.sessions, ["another"], URL)
    assert isinstance(failure, SessionFailed)
    assert failure.message == config.broken.message
    # Typed again, it is encrypted with the secret of now.
    change_relay(session, saved.id, FACTS, ["another"], actor="ana")
    assert relay(session, ["another"]) == FACTS.relay


def add(session: Session, host: str, position: int, **facts: object) -> Transport:
    transport = Transport(name=host, host=host, port=25, security=Security.NONE, position=position, **facts)
    session.add(transport)
    session.flush()
    return transport


def test_several_come_in_their_order_with_all_that_was_set(session: Session) -> None:
    add(session, "second.example", 2, weight=0, paused_at=clock.now(), dialogue="pipelining")
    first = add(
        session, "first.example", 1, connections=3, per_second=0.5, provider_limits={"gmail": 2.0},
        hours="08:00-20:00", zone="Europe/Rome", warm_up_from=date(2026, 6, 1), warm_up_per_day=100,
    )  # fmt: skip
    one, two = transport_configs(session, SECRETS, "not even looked at")
    assert (one.key, one.name, one.weight, one.paused) == (f"transport:{first.id}", "first.example", 1, False)
    assert one.limits == Limits(
        3, 100, 0.5, None, {"gmail": 2.0}, "08:00-20:00", "Europe/Rome", date(2026, 6, 1), 100
    )
    assert (two.name, two.weight, two.paused) == ("second.example", 0, True)
    assert two.relay.dialogue is Dialogue.PIPELINING


class TestInUse:
    """What a message that somebody waits for leaves by."""

    @staticmethod
    def hosts(runtime: Runtime) -> list[str]:
        found = usable_transports(runtime.sessions, SECRETS, URL)
        assert not isinstance(found, SessionFailed), found.message
        return [config.name for config in found]

    def test_limits_and_hours_are_for_mailings(self, session: Session, runtime: Runtime) -> None:
        add(session, "a.example", 1, per_day=1, hours="00:00-00:01", weight=0)
        session.commit()
        assert self.hosts(runtime) == ["a.example"]

    def test_what_cannot_be_used_is_left_out_and_what_rests_comes_last(
        self, session: Session, runtime: Runtime
    ) -> None:
        made = [add(session, f"{name}.example", place) for place, name in enumerate("abcd", 1)]
        made[0].paused_at = clock.now()
        cool_down(session, row_key(made[1].id), "", "It is down.", temporary=True, now=clock.now())
        cool_down(session, row_key(made[2].id), "", "It knows us no more.", temporary=False, now=clock.now())
        session.commit()
        assert self.hosts(runtime) == ["d.example", "b.example"]

    def test_when_all_are_out_everything_to_mend_is_told(self, session: Session, runtime: Runtime) -> None:
        add(session, "a.example", 1, paused_at=clock.now())
        stuck = add(session, "b.example", 2)
        cool_down(session, row_key(stuck.id), "", "It knows us no more.", temporary=False, now=clock.now())
        session.commit()
        usable = usable_transports(runtime.sessions, SECRETS, URL)
        assert isinstance(usable, SessionFailed)
        assert not usable.temporary
        assert "“a.example” is paused" in usable.message
        assert "It knows us no more." in usable.message

    def test_several_of_the_environment(self, runtime: Runtime) -> None:
        found = usable_transports(runtime.sessions, SECRETS, f"smtp://a.example {URL}")
        assert not isinstance(found, SessionFailed)
        assert [config.relay.host for config in found] == ["a.example", "127.0.0.1"]


@given(st.text())
def test_what_is_encrypted_is_read_with_any_secret_that_is_known(words: str) -> None:
    old, new, other = SecretBox(["old"]), SecretBox(["new", "old"]), SecretBox(["other"])
    ciphertext = old.encrypt(words)
    assert new.decrypt(ciphertext) == old.decrypt(ciphertext) == words
    assert ciphertext.isascii()
    with pytest.raises(DecryptionFailed):
        other.decrypt(ciphertext)
    with pytest.raises(DecryptionFailed):
        old.decrypt(ciphertext[:-8] + "AAAAAAA=")

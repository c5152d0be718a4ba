"""A message that somebody waits for leaves by the first relay that lets us in."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.runtime import Runtime
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.sink import At, Options, Rule, Script, Sink
from newsletter.smtp.url import Encryption, Relay
from newsletter.transports.models import TransportCooldown
from newsletter.transports.open import open_first
from tests.transports.ways import way


def test_the_others_are_left_alone(runtime: Runtime, session: Session) -> None:
    with Sink(Options(), Script((Rule(At.GREETING, code=554, text="no"),))) as refusing, Sink() as taking:
        relays = [Relay("127.0.0.1", port, Encryption.NEVER) for port in (refusing.port, 1, taking.port)]
        configs = [replace(way(f"transport:{n}"), relay=relay) for n, relay in enumerate(relays)]
        opened = open_first(runtime.sessions, configs, "localhost")
        assert opened.relay.port == taking.port
        opened.close()
        with pytest.raises(SessionFailed):
            open_first(runtime.sessions, configs[1:2], "localhost")
    rests = {row.transport: row.until is None for row in session.scalars(select(TransportCooldown))}
    assert rests == {"transport:0": True, "transport:1": False}

"""A hit: a tracked link was followed or a pixel was loaded, as a web process saw it."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

from newsletter.tracking.models import AGENT_LENGTH, EventKind


class Hit(NamedTuple):
    """What is known before any database was asked.

    key:   its own, so that it is counted once however often it is written down.
    seq:   the delivery whose copy it stood in; 0 where nobody is told apart.
    agent: the User-Agent (RFC 9110 §10.1.5), cut.
    """

    key: str
    kind: EventKind
    mailing_id: int
    link_id: int
    seq: int
    at: datetime
    is_head: bool = False
    agent: str = ""

    def to_json(self) -> bytes:
        """One line; `from_json` reads it."""
        facts = (self.key, self.kind.value, self.mailing_id, self.link_id, self.seq)
        at = round(self.at.timestamp() * 1000)
        return json.dumps([*facts, at, int(self.is_head), self.agent], separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, line: bytes) -> "Hit":
        """What `to_json` wrote; `ValueError` for anything else."""
        try:
            key, kind, mailing_id, link_id, seq, at, is_head, agent = json.loads(line)
            moment = datetime.fromtimestamp(at / 1000, UTC)
            return cls(key, EventKind(kind), mailing_id, link_id, seq, moment, bool(is_head), agent)
        except TypeError as error:
            raise ValueError(str(error)) from error


def cut_agent(text: str) -> str:
    """A User-Agent as it is kept: what can be printed of its beginning."""
    beginning = text[:AGENT_LENGTH]
    return beginning if beginning.isprintable() else "".join(filter(str.isprintable, beginning))

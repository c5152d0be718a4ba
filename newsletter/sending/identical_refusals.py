"""Identical refusals: a relay that refuses one person after the other in the same words means the sender.

Providers say in many wordings that an account has used up its limit, and `smtp.classify` cannot know all of
them. But what is about a person is not said to everybody: so nobody is marked for it.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

from newsletter.sending.tally import Line
from newsletter.smtp.reply import Reply
from newsletter.smtp.verdict import HARD, Reason, Verdict

IN_A_ROW = 3
# What says plainly that the address is dead may well be true of several neighbours in an old list.
IN_A_ROW_IF_ABOUT_THE_ADDRESS = 10
# Not in a row, but most of a window (and so many at the least).
FEWEST = 5
SHARE = 0.5
# About the address, whoever says it.
_ABOUT_ONE_ADDRESS = frozenset({Reason.NEEDS_SMTPUTF8, Reason.BAD_ADDRESS})
_VARYING = re.compile(r"[0-9a-f]*[0-9][0-9a-f:.-]*", re.IGNORECASE)  # numbers, times, ids of messages


@dataclass(frozen=True, slots=True)
class Refusal:
    """A permanent refusal, without what differs from one person to the next."""

    line: Line
    text: str
    enough: int  # so many in a row are not about the people


def refusal_of(verdict: Verdict, reply: Reply, line: Line, email: str) -> Refusal | None:
    """The refusal that `reply` to the message for `email` is; None: it can only be about that address."""
    if verdict.reason in _ABOUT_ONE_ADDRESS:
        return None
    text = reply.text.lower().replace(email.lower(), "")
    names_it = len(text) < len(reply.text)
    if verdict.reason in HARD and names_it:
        return None
    enough = IN_A_ROW_IF_ABOUT_THE_ADDRESS if verdict.reason in HARD else IN_A_ROW
    return Refusal(line, _VARYING.sub("#", text), enough)


@dataclass
class _Row:
    refusal: Refusal
    people: set[tuple[int, int]] = field(default_factory=set)  # mailing and place


class RefusalRows:
    """The refusals in a row of each transport, in the order in which they came, over all connections."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._lock = threading.Lock()

    def taken(self, transport: str) -> None:
        """A message was accepted, or somebody was refused in another way: the row ends."""
        if transport in self._rows:  # nearly never: not worth the lock
            with self._lock:
                self._rows.pop(transport, None)

    def refused(self, transport: str, refusal: Refusal, person: tuple[int, int]) -> None:
        with self._lock:
            row = self._rows.get(transport)
            if row is None or row.refusal != refusal:
                row = self._rows[transport] = _Row(refusal)
            row.people.add(person)

    def is_long(self, transport: str, refusal: Refusal) -> bool:
        """Whether so many were given `refusal` one after the other that it is about nobody of them."""
        with self._lock:
            row = self._rows.get(transport)
            return row is not None and row.refusal == refusal and len(row.people) >= refusal.enough


@dataclass
class WindowRefusals:
    """Who in one window was refused how; `answers`: how many were answered at all."""

    rows: RefusalRows
    transport: str
    mailing_id: int
    answers: int = 0
    refused: dict[int, tuple[Refusal, Reply]] = field(default_factory=dict)
    identical: Refusal | None = None  # what showed to be about nobody

    def note(self, seq: int, refusal: Refusal | None, reply: Reply) -> None:
        self.answers += 1
        if refusal is None:
            self.rows.taken(self.transport)
            return
        self.refused[seq] = refusal, reply
        self.rows.refused(self.transport, refusal, (self.mailing_id, seq))
        if self.rows.is_long(self.transport, refusal):
            self.identical = refusal

    def judge(self) -> Refusal | None:
        """After the window: the refusal that most of it, or a row over several windows, was given."""
        counted = Counter(refusal for refusal, _ in self.refused.values())
        for refusal, n in counted.most_common():
            most = n > SHARE * self.answers and n >= max(FEWEST, refusal.enough)
            if self.identical is None and (most or self.rows.is_long(self.transport, refusal)):
                self.identical = refusal
        return self.identical

    def alike(self) -> list[int]:
        """The places of those who were given the identical refusal."""
        return [seq for seq, (refusal, _) in self.refused.items() if refusal == self.identical]

    def words(self) -> Reply:
        """What the relay said to the last of them."""
        return next(reply for refusal, reply in reversed(self.refused.values()) if refusal == self.identical)

"""What the two pipelining clients share: turns, replies that must fit their commands, and ways to stop.

Who sends commands ahead of their replies must notice when the two have come apart, since a reply that is
taken for another one's would be a lie in the ledger. What cannot be the answer is a `Surprise`: the session
ends, what was handed over stays unanswered, and the caller goes on with the plain dialogue.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.smtp.classify import Phase, classify
from newsletter.smtp.dialogue import (
    Break,
    BreakKind,
    Envelope,
    Journal,
    MayStart,
    Prepared,
    Unsendable,
    prepare,
)
from newsletter.smtp.reply import Garbled, Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.verdict import Outcome, Reason, Verdict
from newsletter.smtp.wire import Lost


class Stop(Exception):
    """The client stops here; carries the `Break`."""

    def __init__(self, why: Break) -> None:
        super().__init__(why.kind)
        self.why = why


class Surprise(Exception):
    """A reply that cannot be the answer to its command."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


@dataclass(slots=True)
class Turn:
    """One envelope on its way. `reset`: RSET went before its MAIL."""

    index: int
    prepared: Prepared
    reset: bool = False


class PipeliningClient(ABC):
    """One run of a pipelining client over its envelopes."""

    def __init__(
        self, session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
    ) -> None:
        self.session = session
        self.journal = journal
        self.may_start = may_start
        self.ended: Break | None = None  # why no further message starts
        self.envelopes = iter(envelopes)
        self._usual: dict[Phase, tuple[Reply, Verdict | None]] = {}  # the latest reply that was no surprise
        timeouts = session.timeouts
        # seconds that the reply to each may take
        self._patience = {
            Phase.RESET: timeouts.command,
            Phase.MAIL: timeouts.mail,
            Phase.RCPT: timeouts.rcpt,
            Phase.DATA: timeouts.data,
            Phase.BODY: timeouts.end,
            Phase.BDAT: timeouts.end,
        }

    @abstractmethod
    def run(self) -> Break | None:
        """What each client does its own way. May also raise `Stop`."""

    def deliver(self) -> Break | None:
        """Send the envelopes; see `dialogue.Deliver`."""
        try:
            return self.run()
        except Stop as stop:
            return stop.why
        except BaseException:
            self.session.abort()
            raise

    def take(self) -> Turn | None:
        """The next envelope that can be put to this server; the others are settled here. None at the end."""
        if self.ended is not None:
            return None
        for envelope in self.envelopes:
            try:
                return Turn(envelope.index, prepare(envelope, self.session.capabilities))
            except Unsendable as why:
                if why.verdict.outcome is Outcome.PAUSE:
                    self.ended = Break(BreakKind.PAUSED, envelope.index, why.verdict.reason, why.reply)
                    return None
                self.journal.answered(envelope.index, why.verdict, why.reply)
        return None

    def commands(self, turn: Turn) -> bytes:
        """MAIL and RCPT for `turn`, after a RSET where a transaction was left open."""
        turn.reset = self.session.dirty
        self.session.dirty = True
        reset = b"RSET\r\n" if turn.reset else b""
        return reset + turn.prepared.mail + turn.prepared.rcpt

    def read(self, phase: Phase) -> tuple[Reply, Verdict | None]:
        """The reply to `phase` and what it means, None for *go on*. Raises `Lost` or `Surprise`.

        That a command is refused as unknown or out of order is no surprise yet: it was refused.
        """
        reply = self.reply(self._patience[phase])
        usual = self._usual.get(phase)
        if usual is not None and usual[0] is reply:
            return usual  # servers say the same to nearly everybody
        verdict = classify(phase, reply)
        senseless = verdict is not None and verdict.reason is Reason.PROTOCOL and reply.digit not in {4, 5}
        if senseless or not reply.fits:
            raise Surprise(reply)
        self._usual[phase] = reply, verdict
        return reply, verdict

    def reply(self, timeout: float) -> Reply:
        """The next reply, whatever it says. Raises `Lost` or `Surprise`."""
        try:
            return self.session.wire.read_reply(timeout)
        except Garbled as error:
            raise Surprise(Reply.local(str(error))) from None

    def expect_silence(self, index: int) -> None:
        """Raises `Stop` when the server has said something that nobody asked for."""
        wire = self.session.wire
        if not wire.unread:
            return
        try:
            reply = wire.read_reply(self.session.timeouts.probe)
        except (Lost, Garbled) as error:
            reply = Reply.local(str(error))
        if reply.code == 421:
            raise Stop(self.end(BreakKind.LOST, index, Reason.BUSY, reply))
        raise Stop(self.surprised(index, reply))

    def lost_before_body(self, turn: Turn, phase: Phase, error: Lost) -> Break:
        """The connection ended before the body of `turn` was handed over.

        Before its MAIL was answered that is most often a server that ends a connection it has had for long:
        nobody is marked. On a fresh connection, and from RCPT on, it may be this recipient that the server
        chokes on, so it goes to the back of the queue.
        """
        reason = Reason.SILENT if error.silent else Reason.LOST
        reply = Reply.local(str(error))
        stop = self.end(BreakKind.LOST, turn.index, reason, reply)
        if phase not in {Phase.RESET, Phase.MAIL} or self.session.messages == 0:
            self.journal.answered(turn.index, Verdict(Outcome.RETRY, reason, ends=True), reply)
        return stop

    def refused(self, turn: Turn, verdict: Verdict, reply: Reply) -> None:
        """Settle `turn`, whose body was not handed over. Raises `Stop` when the session cannot go on."""
        if verdict.outcome is Outcome.PAUSE:
            self.session.abort()
            raise Stop(self.paused(turn, verdict, reply))
        self.journal.answered(turn.index, verdict, reply)
        if verdict.ends:
            raise Stop(self.end(BreakKind.LOST, turn.index, verdict.reason, reply))

    def paused(self, turn: Turn, verdict: Verdict, reply: Reply) -> Break:
        """Trouble that is not about `turn`.

        Who does not understand us may understand the plain dialogue; another connection may not be used up.
        """
        if verdict.used_up and (turn.reset or self.session.messages > 0):
            return Break(BreakKind.LOST, turn.index, verdict.reason, reply)
        if verdict.reason is Reason.PROTOCOL:
            return Break(BreakKind.LOST, turn.index, verdict.reason, reply, surprised=True)
        return Break(BreakKind.PAUSED, turn.index, verdict.reason, reply)

    def unanswered(self, turns: Iterable[Turn], reply: Reply, *, surprised: bool = False) -> Break:
        """The bodies of `turns` were handed over, and what became of them will not be known."""
        indices = tuple(turn.index for turn in turns)
        self.session.abort()
        reason = Reason.PROTOCOL if surprised else Reason.LOST
        return Break(BreakKind.LOST, indices[0], reason, reply, unanswered=indices, surprised=surprised)

    def surprised(self, index: int, reply: Reply) -> Break:
        """Replies and commands have come apart before anything was handed over that is not settled."""
        self.session.abort()
        return Break(BreakKind.LOST, index, Reason.PROTOCOL, reply, surprised=True)

    def end(self, kind: BreakKind, index: int, reason: Reason | None, reply: Reply) -> Break:
        """Stop here, with the session closed: what it was told ahead nobody will read."""
        self.session.abort()
        return Break(kind, index, reason, reply)

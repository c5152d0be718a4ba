"""What all clients share: transactions, replies that must fit their commands, and the ways to stop.

In which order commands are sent and replies are read is each client's own (`plain`, `pipelined`, `chunked`).
What a reply, a lost connection or a reply that nobody asked for means for a recipient is the same for all.
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

_BEFORE_RCPT = frozenset({Phase.RESET, Phase.MAIL})


class Stop(Exception):
    """The client stops here; carries the `Break`."""

    def __init__(self, why: Break) -> None:
        super().__init__(why.kind)
        self.why = why


class UnexpectedReply(Exception):
    """A reply that cannot be the answer to its command."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply))
        self.reply = reply


@dataclass(slots=True)
class Transaction:
    """One mail transaction (RFC 5321 §3.3). `reset`: RSET goes before its MAIL."""

    index: int
    prepared: Prepared
    reset: bool = False


class Client(ABC):
    """One run of a client over its envelopes.

    `pipelines`: it sends commands before the replies to earlier ones are here (RFC 2920). Such a client must
    notice when the two have come apart, since a reply that is taken for another one's would be a lie in the
    ledger; the plain dialogue is what it falls back to.
    """

    pipelines = True

    def __init__(
        self, session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
    ) -> None:
        self.session = session
        self.journal = journal
        self.may_start = may_start
        self.ended: Break | None = None  # why no further message starts
        self.envelopes = iter(envelopes)
        self._latest: dict[
            Phase, tuple[Reply, Verdict | None]
        ] = {}  # the last reply to each, and its verdict
        timeouts = session.timeouts
        # seconds that the reply to each may take
        self.timeouts = {
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

    def take(self) -> Transaction | None:
        """The next envelope that can be put to this server; the others are settled here. None at the end."""
        if self.ended is not None:
            return None
        for envelope in self.envelopes:
            try:
                return Transaction(envelope.index, prepare(envelope, self.session.capabilities))
            except Unsendable as why:
                if why.verdict.outcome is Outcome.PAUSE:
                    self.ended = Break(BreakKind.PAUSED, envelope.index, why.verdict.reason, why.reply)
                    return None
                self.journal.answered(envelope.index, why.verdict, why.reply)
        return None

    def begin(self, transaction: Transaction) -> None:
        """`transaction` is about to be opened, after a RSET where the one before it was left open."""
        transaction.reset = self.session.dirty
        self.session.dirty = True

    def opening(self, transaction: Transaction) -> bytes:
        """Begin `transaction`: its RSET, if any, MAIL and RCPT in one piece."""
        self.begin(transaction)
        reset = b"RSET\r\n" if transaction.reset else b""
        return reset + transaction.prepared.mail + transaction.prepared.rcpt

    def read(self, phase: Phase) -> tuple[Reply, Verdict | None]:
        """The reply to `phase` and what it means, None for *go on*. Raises `Lost` or `UnexpectedReply`.

        That a command is refused as unknown or out of order is no surprise yet: it was refused. An enhanced
        code that contradicts its reply shows a shift where commands are sent ahead; else it is only ignored.
        """
        reply = self.reply(self.timeouts[phase])
        latest = self._latest.get(phase)
        if latest is not None and latest[0] is reply:
            return latest  # servers say the same to nearly everybody
        verdict = classify(phase, reply)
        senseless = verdict is not None and verdict.reason is Reason.PROTOCOL and reply.digit not in {4, 5}
        if senseless or (self.pipelines and not reply.fits):
            raise UnexpectedReply(reply)
        self._latest[phase] = reply, verdict
        return reply, verdict

    def reply(self, timeout: float) -> Reply:
        """The next reply, whatever it says, within `timeout` seconds. Raises `Lost` or `UnexpectedReply`."""
        try:
            return self.session.wire.read_reply(timeout)
        except Garbled as error:
            raise UnexpectedReply(Reply.local(str(error))) from None

    def goes_on(self, transaction: Transaction, phase: Phase) -> bool:
        """Whether the reply to `phase` is the good one; if not, `transaction` is settled. Raises `Stop`."""
        try:
            reply, verdict = self.read(phase)
        except Lost as error:
            raise Stop(self.lost_before_body(transaction, phase, error)) from None
        except UnexpectedReply as error:
            raise Stop(self.unexpected_reply(transaction.index, error.reply)) from None
        if verdict is None:
            return True
        self.settle(transaction, verdict, reply)
        return False

    def read_body_reply(self, transaction: Transaction) -> None:
        """Settle `transaction`, whose whole body was handed over, by the reply to it. Raises `Stop`."""
        try:
            reply, verdict = self.read(Phase.BODY)
        except Lost as error:
            raise Stop(self.unanswered([transaction], Reply.local(str(error)))) from None
        except UnexpectedReply as error:
            raise Stop(self.unexpected_reply(transaction.index, error.reply, [transaction])) from None
        self.session.messages += 1
        assert verdict is not None  # noqa: S101 - the reply to a body always decides
        if verdict.outcome is Outcome.PAUSE:
            self.journal.never_left(transaction.index)  # it was refused whole
        self.settle(transaction, verdict, reply)

    def expect_silence(self, transaction: Transaction, phase: Phase | None) -> None:
        """Raises `Stop` when the server has said something that nobody asked for.

        `phase` is what would be sent next for `transaction`; None when that one is settled already. A 421 is
        how a server that must close says so at any time (RFC 5321 §3.8): the connection is lost, and who is
        marked for it follows the same rule as without the word.
        """
        wire = self.session.wire
        if not wire.unread:
            return
        try:
            reply = self.reply(self.session.timeouts.probe)
        except UnexpectedReply as error:
            raise Stop(self.unexpected_reply(transaction.index, error.reply)) from None
        except Lost as error:
            raise Stop(self._lost(transaction, phase, _reason(error), Reply.local(str(error)))) from None
        if reply.code != 421:
            raise Stop(self.unexpected_reply(transaction.index, reply))
        verdict = classify(phase or Phase.MAIL, reply)
        assert verdict is not None  # noqa: S101 - a 421 lets nothing go on, whatever it answers
        raise Stop(self._lost(transaction, phase, verdict.reason, reply))

    def lost_before_body(self, transaction: Transaction, phase: Phase, error: Lost) -> Break:
        """The connection ended at `phase`, before the whole body of `transaction` was handed over."""
        return self._lost(transaction, phase, _reason(error), Reply.local(str(error)))

    def _lost(
        self, transaction: Transaction, phase: Phase | None, reason: Reason | None, reply: Reply
    ) -> Break:
        """The one rule for who is marked when a connection ends before a body was handed over.

        From RCPT on it may be this recipient that makes the server fail: it is tried again later (retry),
        because it would be the first on the next connection, too, and nobody behind it would get anything.
        Before the reply to MAIL that is possible only where RCPT was sent ahead, and likely only on a fresh
        connection: one that has carried messages was most often closed because the server had kept it long
        enough, and the next connection will show. Otherwise nobody is marked: the server had not been told of
        the recipient.
        """
        sent_ahead = self.pipelines and self.session.messages == 0
        stop = self.end(BreakKind.LOST, transaction.index, reason, reply)
        if phase is not None and (phase not in _BEFORE_RCPT or sent_ahead):
            self.journal.answered(transaction.index, Verdict(Outcome.RETRY, reason, ends=True), reply)
        return stop

    def settle(self, transaction: Transaction, verdict: Verdict, reply: Reply) -> None:
        """Tell the journal, unless nobody is to be marked. Raises `Stop` when the session cannot go on."""
        if verdict.outcome is Outcome.PAUSE:
            if self.pipelines or verdict.ends:  # nobody will read the replies to what was sent ahead
                self.session.abort()
            raise Stop(self.paused(transaction, verdict, reply))
        self.journal.answered(transaction.index, verdict, reply)
        if verdict.ends:
            raise Stop(self.end(BreakKind.LOST, transaction.index, verdict.reason, reply))

    def paused(self, transaction: Transaction, verdict: Verdict, reply: Reply) -> Break:
        """Trouble that is not about the recipient of `transaction`.

        Another connection may not be used up as this one is; and whoever does not understand commands that
        are sent ahead may understand the plain dialogue.
        """
        if verdict.used_up and (transaction.reset or self.session.messages > 0):
            return Break(BreakKind.LOST, transaction.index, verdict.reason, reply)
        if self.pipelines and verdict.reason is Reason.PROTOCOL:
            return Break(BreakKind.LOST, transaction.index, verdict.reason, reply, protocol_error=True)
        return Break(BreakKind.PAUSED, transaction.index, verdict.reason, reply)

    def unanswered(self, transactions: Iterable[Transaction], reply: Reply) -> Break:
        """The bodies of `transactions` were handed over, and what became of them will not be known."""
        indices = tuple(transaction.index for transaction in transactions)
        self.session.abort()
        return Break(BreakKind.LOST, indices[0], Reason.LOST, reply, unanswered=indices)

    def unexpected_reply(self, index: int, reply: Reply, handed_over: Iterable[Transaction] = ()) -> Break:
        """Replies and commands have come apart: nothing is known of the transactions that were handed over.

        Where commands are sent ahead the plain dialogue may still work. In the plain dialogue there is
        nothing to fall back to: the transport is in trouble.
        """
        indices = tuple(transaction.index for transaction in handed_over)
        self.session.abort()
        if self.pipelines:
            return Break(
                BreakKind.LOST, index, Reason.PROTOCOL, reply, unanswered=indices, protocol_error=True
            )
        if indices:
            return Break(BreakKind.LOST, index, Reason.LOST, reply, unanswered=indices)
        return Break(BreakKind.PAUSED, index, Reason.PROTOCOL, reply)

    def end(self, kind: BreakKind, index: int, reason: Reason | None, reply: Reply) -> Break:
        """Stop here, with the session closed: nobody will read what it may still say."""
        self.session.abort()
        return Break(kind, index, reason, reply)


def _reason(error: Lost) -> Reason:
    return Reason.SILENT if error.silent else Reason.LOST

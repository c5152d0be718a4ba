"""The plain dialogue, one command and one reply: for servers without extensions; the reference for others."""

from collections.abc import Iterable

from newsletter.smtp.classify import Phase
from newsletter.smtp.client import Client, Stop, Transaction
from newsletter.smtp.dialogue import Break, BreakKind, Envelope, Journal, MayStart
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.stuffing import stuffed
from newsletter.smtp.wire import Lost


def deliver(
    session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
) -> Break | None:
    """Send `envelopes` one after another; see `dialogue.Deliver` for what is promised."""
    return _Plain(session, envelopes, journal, may_start).deliver()


class _Plain(Client):
    pipelines = False

    def run(self) -> Break | None:
        while (transaction := self.take()) is not None:
            if not self.may_start():
                return Break(BreakKind.STOPPED, transaction.index)
            if self._open(transaction):
                self._hand_over(transaction)
        return self.ended

    def _open(self, transaction: Transaction) -> bool:
        """Whether the server said 354; if not, `transaction` is settled."""
        self.begin(transaction)
        commands = [
            (Phase.MAIL, transaction.prepared.mail),
            (Phase.RCPT, transaction.prepared.rcpt),
            (Phase.DATA, b"DATA\r\n"),
        ]
        if transaction.reset:
            commands.insert(0, (Phase.RESET, b"RSET\r\n"))
        return all(self._ask(transaction, phase, command) for phase, command in commands)

    def _ask(self, transaction: Transaction, phase: Phase, command: bytes) -> bool:
        """Whether the reply to `command` lets the dialogue go on; if not, `transaction` is settled."""
        self.expect_silence(transaction, phase)
        self._send(transaction, phase, command, self.timeouts[phase])
        return self.goes_on(transaction, phase)

    def _hand_over(self, transaction: Transaction) -> None:
        octets = stuffed(transaction.prepared.body)
        self.expect_silence(transaction, Phase.BODY)
        self.journal.handing_over(transaction.index)
        # When this fails, the last octet never reached the kernel, and after the abort it never will.
        self._send(transaction, Phase.BODY, octets, self.session.timeouts.block)
        self.session.dirty = False  # a body ends its transaction
        self.read_body_reply(transaction)

    def _send(self, transaction: Transaction, phase: Phase, octets: bytes, timeout: float) -> None:
        try:
            self.session.wire.send(octets, timeout)
        except Lost as error:
            raise Stop(self.lost_before_body(transaction, phase, error)) from None

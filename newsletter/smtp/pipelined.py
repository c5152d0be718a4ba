"""Pipelined DATA (RFC 2920): the body of one message travels with the commands of the next one.

    → MAIL 1, RCPT 1, DATA
    ← 250, 250, 354
    → body 1, MAIL 2, RCPT 2, DATA
    ← 250 (for body 1), 250, 250, 354
    → body 2, …

One round trip for each message, and never more than one body without its reply.
"""

from collections.abc import Iterable

from newsletter.smtp.classify import Phase
from newsletter.smtp.client import Client, Stop, Transaction, UnexpectedReply
from newsletter.smtp.dialogue import Break, BreakKind, Envelope, Journal, MayStart
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.stuffing import stuffed
from newsletter.smtp.verdict import Reason
from newsletter.smtp.wire import Lost


def deliver(
    session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
) -> Break | None:
    """Send `envelopes`; see `dialogue.Deliver`. `may_start` is asked once more straight before each body."""
    return _Pipelined(session, envelopes, journal, may_start).deliver()


class _Pipelined(Client):
    def run(self) -> Break | None:
        current = self.take()
        if current is None:
            return self.ended
        if not self.may_start():
            return Break(BreakKind.STOPPED, current.index)
        self._open(current)
        while True:
            following = self.take()  # its slots are filled while the server works on the commands before
            opened = self._read_opening(current)
            if (stop := self._stop_here(current if opened else following, opened)) is not None:
                return stop
            if opened:
                self._hand_over(current, following)
            elif following is not None:
                self._open(following)
            if following is None:
                self.expect_silence(current, None)
                return self.ended
            current = following

    def _stop_here(self, starting: Transaction | None, opened: bool) -> Break | None:
        if starting is None or self.may_start():
            return None
        if opened:
            self.session.abort()  # the server waits for a body: nothing else can be said to it
        return Break(BreakKind.STOPPED, starting.index)

    def _commands(self, transaction: Transaction) -> bytes:
        return self.opening(transaction) + b"DATA\r\n"

    def _open(self, transaction: Transaction) -> None:
        """Send the commands of `transaction`, with no body before them."""
        try:
            self.session.wire.send(self._commands(transaction), self.session.timeouts.mail)
        except Lost as error:
            raise Stop(self.lost_before_body(transaction, Phase.MAIL, error)) from None

    def _hand_over(self, current: Transaction, following: Transaction | None) -> None:
        """Send the body of `current` with the commands of `following`; settle `current` by its reply."""
        self.expect_silence(current, Phase.BODY)
        self.journal.handing_over(current.index)
        self._send_body(current, following)
        self.read_body_reply(current)

    def _send_body(self, current: Transaction, following: Transaction | None) -> None:
        body = stuffed(current.prepared.body)
        self.session.dirty = False  # a body ends its transaction
        ahead = self._commands(following) if following is not None else b""
        try:
            self.session.wire.send(body + ahead, self.session.timeouts.block)
        except Lost as error:
            if error.taken < len(body):
                # The last octet of the body never reached the kernel, and after the abort it never will.
                raise Stop(self.lost_before_body(current, Phase.BODY, error)) from None
            # All of the body has gone: its reply may be here, although the server takes no more commands.

    def _read_opening(self, transaction: Transaction) -> bool:
        """Read the replies to the commands of `transaction`: whether the server waits for its body."""
        if transaction.reset:
            self.goes_on(transaction, Phase.RESET)  # a refusal of RSET or MAIL is never about one recipient
        self.goes_on(transaction, Phase.MAIL)
        if self.goes_on(transaction, Phase.RCPT):
            return self.goes_on(transaction, Phase.DATA)
        self._close_transaction(transaction)
        return False

    def _close_transaction(self, transaction: Transaction) -> None:
        """DATA went after a RCPT that was refused: it must be refused too, or end at once (RFC 2920 §3.1)."""
        wire, timeouts = self.session.wire, self.session.timeouts
        try:
            reply = self.reply(timeouts.data)
            if reply.digit == 3:
                wire.send(b".\r\n", timeouts.block)
                reply = self.reply(timeouts.end)
        except Lost as error:
            reply = Reply.local(str(error))
            raise Stop(self.end(BreakKind.LOST, transaction.index, Reason.LOST, reply)) from None
        except UnexpectedReply as error:
            raise Stop(self.unexpected_reply(transaction.index, error.reply)) from None
        if reply.code == 421:
            raise Stop(self.end(BreakKind.LOST, transaction.index, Reason.BUSY, reply))
        if reply.digit not in {4, 5}:
            raise Stop(self.unexpected_reply(transaction.index, reply))

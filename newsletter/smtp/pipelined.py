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
from newsletter.smtp.dialogue import Break, BreakKind, Envelope, Journal, MayStart
from newsletter.smtp.pipelining_base import PipeliningClient, Stop, Surprise, Turn
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.stuffing import stuffed
from newsletter.smtp.verdict import Outcome, Reason
from newsletter.smtp.wire import Lost


def deliver(
    session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
) -> Break | None:
    """Send `envelopes`; see `dialogue.Deliver`. `may_start` is asked once more straight before each body."""
    return _Pipelined(session, envelopes, journal, may_start).deliver()


class _Pipelined(PipeliningClient):
    def run(self) -> Break | None:
        turn = self.take()
        if turn is None:
            return self.ended
        if not self.may_start():
            return Break(BreakKind.STOPPED, turn.index)
        self._open(turn)
        while True:
            following = self.take()  # its slots are filled while the server works on the commands before
            opened = self._read_opening(turn)
            if (stop := self._stop_here(turn if opened else following, opened)) is not None:
                return stop
            if opened:
                self._hand_over(turn, following)
            elif following is not None:
                self._open(following)
            if following is None:
                self.expect_silence(turn.index)
                return self.ended
            turn = following

    def _stop_here(self, starting: Turn | None, opened: bool) -> Break | None:
        if starting is None or self.may_start():
            return None
        if opened:
            self.session.abort()  # the server waits for a body: nothing else can be said to it
        return Break(BreakKind.STOPPED, starting.index)

    def _opening(self, turn: Turn) -> bytes:
        return self.commands(turn) + b"DATA\r\n"

    def _open(self, turn: Turn) -> None:
        """Send the commands of `turn`, with no body before them."""
        try:
            self.session.wire.send(self._opening(turn), self.session.timeouts.mail)
        except Lost as error:
            raise Stop(self.lost_before_body(turn, Phase.MAIL, error)) from None

    def _hand_over(self, turn: Turn, following: Turn | None) -> None:
        """Send the body of `turn` with the commands of `following`; settle `turn` by the reply to it."""
        self.expect_silence(turn.index)
        self.journal.handing_over(turn.index)
        try:
            self._send_body(turn, following)
            reply, verdict = self.read(Phase.BODY)
        except Lost as error:
            raise Stop(self.unanswered([turn], Reply.local(str(error)))) from None
        except Surprise as error:
            raise Stop(self.unanswered([turn], error.reply, surprised=True)) from None
        self.session.messages += 1
        assert verdict is not None  # noqa: S101 - the reply to a body always decides
        if verdict.outcome is Outcome.PAUSE:
            self.journal.never_left(turn.index)  # it was refused whole
        self.refused(turn, verdict, reply)

    def _send_body(self, turn: Turn, following: Turn | None) -> None:
        body = stuffed(turn.prepared.body)
        self.session.dirty = False  # a body ends its transaction
        ahead = self._opening(following) if following is not None else b""
        try:
            self.session.wire.send(body + ahead, self.session.timeouts.block)
        except Lost as error:
            if error.taken < len(body):
                # The last octet of the body never reached the kernel, and after the abort it never will.
                raise Stop(self.lost_before_body(turn, Phase.BODY, error)) from None
            # All of the body has gone: its reply may be here, although the server takes no more commands.

    def _read_opening(self, turn: Turn) -> bool:
        """Read the replies to the commands of `turn`: whether the server waits for its body."""
        phase = Phase.RESET
        try:
            if turn.reset:
                self._must(turn, Phase.RESET)
            phase = Phase.MAIL
            self._must(turn, Phase.MAIL)
            phase = Phase.RCPT
            reply, verdict = self.read(Phase.RCPT)
            if verdict is not None:
                self.refused(turn, verdict, reply)
                self._close_transaction(turn)
                return False
            phase = Phase.DATA
            return self._must(turn, Phase.DATA)
        except Lost as error:
            raise Stop(self.lost_before_body(turn, phase, error)) from None
        except Surprise as error:
            raise Stop(self.surprised(turn.index, error.reply)) from None

    def _must(self, turn: Turn, phase: Phase) -> bool:
        """Whether the reply to `phase` was the good one; if not, `turn` is settled."""
        reply, verdict = self.read(phase)
        if verdict is None:
            return True
        self.refused(turn, verdict, reply)
        return False

    def _close_transaction(self, turn: Turn) -> None:
        """DATA went after a RCPT that was refused: it must be refused too, or end at once (RFC 2920 §3.1)."""
        wire, timeouts = self.session.wire, self.session.timeouts
        try:
            reply = self.reply(timeouts.data)
            if reply.digit == 3:
                wire.send(b".\r\n", timeouts.block)
                reply = self.reply(timeouts.end)
        except Lost as error:
            raise Stop(self.end(BreakKind.LOST, turn.index, Reason.LOST, Reply.local(str(error)))) from None
        if reply.code == 421:
            raise Stop(self.end(BreakKind.LOST, turn.index, Reason.BUSY, reply))
        if reply.digit not in {4, 5}:
            raise Surprise(reply)

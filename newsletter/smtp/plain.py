"""The plain dialogue, one command and one reply: for servers without extensions; the reference for others."""

from collections.abc import Iterable

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
from newsletter.smtp.stuffing import stuffed
from newsletter.smtp.verdict import Outcome, Reason, Verdict
from newsletter.smtp.wire import Lost


def deliver(
    session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
) -> Break | None:
    """Send `envelopes` one after another; see `dialogue.Deliver` for what is promised."""
    try:
        for envelope in envelopes:
            if not may_start():
                return Break(BreakKind.STOPPED, envelope.index)
            stop = _Exchange(session, envelope, journal).run()
            if stop is not None:
                return stop
    except BaseException:
        session.abort()
        raise
    return None


class _Stop(Exception):
    """The client stops here; carries the `Break`."""

    def __init__(self, why: Break) -> None:
        super().__init__(why.kind)
        self.why = why


class _Exchange:
    """One message through MAIL, RCPT, DATA and its body."""

    def __init__(self, session: SmtpSession, envelope: Envelope, journal: Journal) -> None:
        self._session = session
        self._envelope = envelope
        self._journal = journal

    def run(self) -> Break | None:
        """None when this envelope is settled and the session can take the next."""
        try:
            prepared = prepare(self._envelope, self._session.capabilities)
        except Unsendable as why:
            return self._settle(why.verdict, why.reply)
        try:
            if self._ask(prepared):
                self._hand_over(prepared)
        except _Stop as stop:
            return stop.why
        return None

    def _ask(self, prepared: Prepared) -> bool:
        """Whether the server said 354; if not, the envelope is settled."""
        timeouts = self._session.timeouts
        if self._session.dirty:
            self._command(Phase.RESET, b"RSET\r\n", timeouts.command)
            self._session.dirty = False
        self._command(Phase.MAIL, prepared.mail, timeouts.mail)
        self._session.dirty = True
        return self._command(Phase.RCPT, prepared.rcpt, timeouts.rcpt) and self._command(
            Phase.DATA, b"DATA\r\n", timeouts.data
        )

    def _command(self, phase: Phase, line: bytes, timeout: float) -> bool:
        """Whether the reply lets the dialogue go on. Raises `_Stop`, for whatever refuses RSET or MAIL."""
        wire = self._session.wire
        self._expect_silence(phase)
        try:
            wire.send(line, timeout)
            reply = wire.read_reply(timeout)
        except Lost as error:
            raise _Stop(self._lost(phase, error)) from None
        except Garbled as error:
            raise _Stop(self._finish(BreakKind.PAUSED, Reason.PROTOCOL, Reply.local(str(error)))) from None
        verdict = classify(phase, reply)
        if verdict is None:
            return True
        if (stop := self._settle(verdict, reply)) is not None:
            raise _Stop(stop)
        return False

    def _hand_over(self, prepared: Prepared) -> None:
        session, index = self._session, self._envelope.index
        octets = stuffed(prepared.body)
        self._expect_silence(Phase.BODY)
        self._journal.handing_over(index)
        try:
            session.wire.send(octets, session.timeouts.block)
        except Lost as error:
            # The last octet never reached the kernel, and after the abort it never will.
            raise _Stop(self._lost(Phase.BODY, error)) from None
        try:
            reply = session.wire.read_reply(session.timeouts.end)
        except (Lost, Garbled) as error:
            raise _Stop(self._unanswered(Reply.local(str(error)))) from None
        session.dirty = False
        session.messages += 1
        verdict = classify(Phase.BODY, reply)
        if verdict is None or verdict.outcome is Outcome.UNANSWERED:
            raise _Stop(self._unanswered(reply))
        if verdict.outcome is Outcome.PAUSE:
            self._journal.never_left(index)  # it was refused whole
        if (stop := self._settle(verdict, reply)) is not None:
            raise _Stop(stop)

    def _expect_silence(self, phase: Phase) -> None:
        """Raises `_Stop` when the server has said something that nobody asked for."""
        wire = self._session.wire
        if not wire.unread:
            return
        try:
            reply = wire.read_reply(self._session.timeouts.probe)
        except Lost as error:
            raise _Stop(self._lost(phase, error)) from None
        except Garbled as error:
            reply = Reply.local(str(error))
        if reply.code == 421:
            raise _Stop(self._lost(phase, Lost(str(reply))))
        raise _Stop(self._finish(BreakKind.PAUSED, Reason.PROTOCOL, reply))

    def _settle(self, verdict: Verdict, reply: Reply) -> Break | None:
        """Tell the journal unless nobody is to be marked; a `Break` when the session cannot go on."""
        if verdict.outcome is Outcome.PAUSE:
            if verdict.ends:
                self._session.abort()
            used_up = verdict.used_up and (self._session.dirty or self._session.messages > 0)
            kind = BreakKind.LOST if used_up else BreakKind.PAUSED
            return Break(kind, self._envelope.index, verdict.reason, reply)
        self._journal.answered(self._envelope.index, verdict, reply)
        return self._finish(BreakKind.LOST, verdict.reason, reply) if verdict.ends else None

    def _lost(self, phase: Phase, error: Lost) -> Break:
        """The connection ended before the whole message was handed over.

        Up to MAIL that is an idle connection which the server gave up: nobody is marked. From RCPT on it may
        be this recipient or message that the server chokes on, so it goes to the back of the queue.
        """
        reason = Reason.SILENT if error.silent else Reason.LOST
        reply = Reply.local(str(error))
        self._session.abort()
        if phase not in {Phase.RESET, Phase.MAIL}:
            self._journal.answered(self._envelope.index, Verdict(Outcome.RETRY, reason, ends=True), reply)
        return self._finish(BreakKind.LOST, reason, reply)

    def _unanswered(self, reply: Reply) -> Break:
        self._session.abort()
        index = self._envelope.index
        return Break(BreakKind.LOST, index, Reason.LOST, reply, unanswered=(index,))

    def _finish(self, kind: BreakKind, reason: Reason | None, reply: Reply) -> Break:
        self._session.abort()
        return Break(kind, self._envelope.index, reason, reply)

"""BDAT in a pipeline (RFC 3030 with RFC 2920): whole messages follow each other, replies come as they come.

    → [RSET,] MAIL 1, RCPT 1, BDAT 1 LAST, RSET, MAIL 2, RCPT 2, BDAT 2 LAST, …
    ← [250,] 250, 250, 250, …

At most `InflightWindow.size` messages are without their reply. When the connection is lost, all of these are
unanswered: the server may have taken any of them. RSET goes before each MAIL but the first, because a
transaction whose RCPT was refused stays open, and that is known only a round trip later.

A reply too many would shift all that follow, and a refusal that was none would send somebody a second copy.
Enhanced codes show the shift (2.1.5 speaks of a recipient, never of a body), but only with the next message:
so a refusal is held until a message after it was taken, or until the server has been asked (`_synchronise`).
A server whose replies cannot show it gets the pipelined dialogue.

A refusal that is not about the recipient marks nobody, although whole messages were handed over before it was
read: those that were refused are taken back, and none starts any more.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from newsletter.smtp import pipelined
from newsletter.smtp.classify import Phase
from newsletter.smtp.client import Client, Stop, Transaction, UnexpectedReply
from newsletter.smtp.dialogue import Break, BreakKind, Envelope, Journal, MayStart
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession
from newsletter.smtp.verdict import Outcome, Reason, Verdict
from newsletter.smtp.wire import Lost


def deliver(
    session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
) -> Break | None:
    """Send `envelopes`; see `dialogue.Deliver`."""
    return _Chunked(session, envelopes, journal, may_start).deliver()


_FIRST = (Phase.MAIL, Phase.RCPT)
_LATER = (Phase.RESET, *_FIRST)


class _Chunked(Client):
    def __init__(
        self, session: SmtpSession, envelopes: Iterable[Envelope], journal: Journal, may_start: MayStart
    ) -> None:
        super().__init__(session, envelopes, journal, may_start)
        self._under_way: deque[Transaction] = deque()  # handed over, the oldest first, replies not read
        self._held: list[tuple[Transaction, Reply, Verdict]] = []  # refused, so it seems
        self._in_trouble = False  # one of these was not about its recipient

    def run(self) -> Break | None:
        while self.session.replies_identify_commands is not False:
            while len(self._under_way) < self._window and (transaction := self._next()) is not None:
                self._hand_over(transaction)
            if not self._under_way:
                break
            last = self._under_way[0]
            self._settle_oldest()
            if not self._under_way:
                if self._held:
                    self._synchronise(last)
                self.expect_silence(last, None)
        if self.ended is not None and self.ended.kind is BreakKind.LOST:
            self.session.abort()
        if self.ended is None and self.session.replies_identify_commands is False:
            return pipelined.deliver(self.session, self.envelopes, self.journal, self.may_start)
        return self.ended

    @property
    def _window(self) -> int:
        return self.session.inflight.size if self.session.replies_identify_commands else 1

    def _next(self) -> Transaction | None:
        transaction = None if self._in_trouble else self.take()
        if transaction is not None and not self.may_start():
            self.ended = Break(BreakKind.STOPPED, transaction.index)
            return None
        return transaction

    def _hand_over(self, transaction: Transaction) -> None:
        body = transaction.prepared.body
        message = b"".join((self.opening(transaction), b"BDAT %d LAST\r\n" % len(body), body))
        self.journal.handing_over(transaction.index)
        self.session.inflight.started()
        try:
            self.session.wire.send(message, self.session.timeouts.block)
        except Lost as error:
            # Its last octet never reached the kernel; after the abort it never will.
            reason = Reason.SILENT if error.silent else Reason.LOST
            reply = Reply.local(str(error))
            self.journal.answered(transaction.index, Verdict(Outcome.RETRY, reason, ends=True), reply)
            while self._under_way:  # those before it may have their replies waiting here
                self._settle_oldest()
            self._tell_held()
            raise self._stop(self.end(BreakKind.LOST, transaction.index, reason, reply)) from None
        self._under_way.append(transaction)

    def _settle_oldest(self) -> None:
        """Read the replies to the oldest message under way, and settle it."""
        transaction = self._under_way[0]
        try:
            reply, verdict = self._replies(transaction)
        except Lost as error:
            self._tell_held()
            raise self._stop(self.unanswered(self._under_way, Reply.local(str(error)))) from None
        except UnexpectedReply as error:
            raise Stop(self._apart(error.reply)) from None
        if reply.code == 421:
            self._goodbye(transaction, verdict, reply)
        self._under_way.popleft()
        self.session.messages += verdict.outcome is not Outcome.PAUSE
        self.session.inflight.answered()
        if verdict.outcome is not Outcome.SENT:
            self._hold(transaction, reply, verdict)
            return
        if self._held:
            self._tell_held()
        self.journal.answered(transaction.index, verdict, reply)

    def _hold(self, transaction: Transaction, reply: Reply, verdict: Verdict) -> None:
        self._held.append((transaction, reply, verdict))
        self._in_trouble |= verdict.outcome is Outcome.PAUSE

    def _tell_held(self) -> None:
        """The refusals that were held are real."""
        for transaction, reply, verdict in self._held:
            if verdict.outcome is not Outcome.PAUSE:
                self.journal.answered(transaction.index, verdict, reply)
                continue
            self.journal.never_left(transaction.index)  # it was refused whole
            if self.ended is None or self.ended.kind is BreakKind.STOPPED:
                self.ended = self.paused(transaction, verdict, reply)
        self._held.clear()

    def _stop(self, why: Break) -> Stop:
        """Stop because of `why`, unless there is trouble that another connection would meet again."""
        if self.ended is None or self.ended.kind is BreakKind.STOPPED:
            return Stop(why)
        return Stop(replace(self.ended, unanswered=why.unanswered))

    def _apart(self, reply: Reply) -> Break:
        """Replies and commands have come apart: of what is under way or held nothing is known."""
        handed_over = [*(transaction for transaction, *_ in self._held), *self._under_way]
        return self.unexpected_reply(handed_over[0].index, reply, handed_over)

    def _synchronise(self, last: Transaction) -> None:
        """Nothing is under way: see that no reply is, either, before the refusals that are held are believed.

        The reply to a recipient has its mark, the one to RSET has not: one reply too many shows.
        """
        session, timeouts = self.session, self.session.timeouts
        question = (b"RSET\r\n", last.prepared.mail, last.prepared.rcpt, b"RSET\r\n")
        try:
            session.wire.send(b"".join(question), timeouts.command)
            replies = [self.reply(timeouts.command) for _ in question]
        except Lost as error:
            self._tell_held()
            lost = self.end(BreakKind.LOST, last.index, Reason.LOST, Reply.local(str(error)))
            raise self._stop(lost) from None
        except UnexpectedReply as error:
            raise Stop(self._apart(error.reply)) from None
        end = replies[-1]
        if end.digit != 2 or not end.fits or _speaks_of_an_address(end) or session.wire.unread:
            raise Stop(self._apart(end))
        session.dirty = False
        self._tell_held()

    def _replies(self, transaction: Transaction) -> tuple[Reply, Verdict]:
        """The reply that decides about `transaction`: the first refusal, else the one to its body."""
        phases = _LATER if transaction.reset else _FIRST
        for place, phase in enumerate(phases):
            reply, verdict = self.read(phase)
            if phase is Phase.RCPT and self.session.replies_identify_commands is None:
                self.session.replies_identify_commands = _identifies_command(reply)
            if verdict is not None:
                if reply.code != 421:
                    self._refused_again(transaction, reply, verdict, len(phases) - place)
                return reply, verdict
        reply, verdict = self.read(Phase.BDAT)
        assert verdict is not None  # noqa: S101 - the reply to a body always decides
        if reply.digit == 2 and _speaks_of_an_address(reply):
            raise UnexpectedReply(reply)  # it answers a command
        return reply, verdict

    def _refused_again(
        self, transaction: Transaction, refusal: Reply, verdict: Verdict, commands: int
    ) -> None:
        """Read the replies to what followed a refused command; the body must be refused, too."""
        reply = refusal
        for _ in range(commands):
            reply = self.reply(self.session.timeouts.end)
            if reply.code == 421:
                self._hold(self._under_way.popleft(), refusal, verdict)
                self._goodbye(transaction, Verdict(Outcome.RETRY, Reason.BUSY, ends=True), reply)
        if reply.digit not in {4, 5}:
            raise UnexpectedReply(reply)

    def _goodbye(self, transaction: Transaction, verdict: Verdict, reply: Reply) -> None:
        """The server ends the session (421): it takes none of the messages that are still under way.

        It is read to its end first: a server that goes on to take messages has not said goodbye.
        """
        said = self._last_words()
        if said is not None:
            raise Stop(self._apart(said))
        self._tell_held()
        for each in self._under_way:
            self.journal.answered(each.index, Verdict(Outcome.RETRY, verdict.reason, ends=True), reply)
        raise self._stop(self.end(BreakKind.LOST, transaction.index, verdict.reason, reply))

    def _last_words(self) -> Reply | None:
        """A reply after the goodbye that is not a refusal; None when the connection just ends."""
        for _ in range(4 * len(self._under_way) + len(_LATER)):
            try:
                reply = self.reply(self.session.timeouts.quit)
            except Lost:
                return None
            except UnexpectedReply as error:
                return error.reply
            if reply.digit not in {4, 5}:
                return reply
        return None


def _identifies_command(reply: Reply) -> bool | None:
    """Whether this server's replies tell a recipient from a body; None: a refusal has a code of its own."""
    if reply.digit == 2 or reply.enhanced is None:
        return _speaks_of_an_address(reply)
    return None


def _speaks_of_an_address(reply: Reply) -> bool:
    """Whether its enhanced code is x.1.x (RFC 3463 §3.2)."""
    return reply.detail is not None and reply.detail[0] == 1

"""The stateful machine on a quiet day: what people do, and what processes and servers do without faults."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import key_hash
from newsletter.core.errors import Refused
from newsletter.issues.models import Issue
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.sending import control, failpoints
from newsletter.sending.freeze import freeze
from newsletter.sending.requeue import resend_unanswered, retry_rejected
from newsletter.sending.schedule import schedule
from newsletter.sending.transmit import TransportFailure
from newsletter.subscribers.erase import erase
from newsletter.subscribers.models import ConsentSource, Subscription, SuppressionReason
from newsletter.subscribers.pause import pause as pause_subscription
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.unsubscribe import unsubscribe
from tests.factories import NO_FILES, make_issue, make_publication, make_readers
from tests.prepared import prepared
from tests.sending.machine import COMMITS, PLACES, READERS, SENDER, Steps
from tests.sending.machine_world import GIVEN_BACK, LOST, REFUSED, Commit, Hand

CHUNK = 4
INTERRUPTED = ["", "", "freeze.chunk=error@1", "freeze.chunk=error@2", "freeze.complete=error"]


class QuietDay(Steps):
    """Sending, step by step."""

    @initialize(
        reserved=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=3), dark=st.booleans()
    )
    def publish(self, reserved: list[tuple[int, int]], dark: bool) -> None:
        """Mostly it is being sent already, and the processes hold some of it."""
        self._ends_in_the_dark = dark
        if reserved:
            self._mailings.append(prepared(self._engine, "frozen for the machine", self._freeze_first))
        else:
            self._mailings.append(prepared(self._engine, "scheduled for the machine", self._schedule_first))
        for process, (size, begun) in zip(self._processes, reserved, strict=False):
            self._reserve(process, size, begun)

    def _schedule_first(self) -> int:
        with self._session() as session:
            publication = make_publication(session)
            make_readers(session, publication, READERS)
            mailing = schedule(session, make_issue(session, publication), None, self._links, actor="test")
            session.commit()
            return mailing.id

    def _freeze_first(self) -> int:
        mailing_id = self._schedule_first()
        assert freeze(self._sessions, mailing_id, self._links)
        return mailing_id

    @rule()
    def send_is_pressed(self) -> None:
        with self._session() as session:
            issue = session.scalars(select(Issue)).one()
            try:
                mailing = schedule(session, issue, None, self._links, actor="test")
            except Refused:
                assert len(self._memory.gone) == READERS, "there is somebody who would get it"
                return
            session.commit()
            cancelled = session.get_one(Mailing, self._mailings[-1]).state is MailingState.CANCELLED
        assert (mailing.id != self._mailings[-1]) == (cancelled or mailing.id not in self._mailings)
        if mailing.id not in self._mailings:
            self._mailings.append(mailing.id)

    @rule(interrupted=st.sampled_from(INTERRUPTED))
    def freezes(self, interrupted: str) -> None:
        failpoints.arm(interrupted)
        try:
            freeze(self._sessions, self._mailings[-1], self._links, chunk=CHUNK)
        except OSError:
            assert interrupted
        finally:
            failpoints.arm("")

    @rule(do=st.sampled_from([control.pause, control.resume]))
    def is_controlled(self, do: Callable[..., Mailing]) -> None:
        self._act(lambda session: do(session, self._mailings[-1], actor="test"))

    @rule(anew=st.sampled_from([True, True, False]))
    def is_cancelled(self, anew: bool) -> None:
        """And perhaps sent anew, which makes another mailing once nothing is in flight."""
        self.is_controlled(control.cancel)
        if anew:
            self.send_is_pressed()
            self.freezes("")

    @rule(n=PLACES)
    def rejected_are_retried(self, n: int) -> None:
        mailing_id = self._mailings[n % len(self._mailings)]
        self._act(lambda session: retry_rejected(session, mailing_id, actor="test"))

    @rule(n=PLACES)
    def unanswered_are_resent(self, n: int) -> None:
        mailing_id = self._mailings[n % len(self._mailings)]

        def press(session: Session) -> None:
            unanswered = select(Delivery.subscriber_id).where(
                Delivery.mailing_id == mailing_id, Delivery.outcome == Outcome.UNANSWERED
            )
            people = set(session.scalars(unanswered))
            assert resend_unanswered(session, mailing_id, len(people), actor="test") == len(people)
            self._memory.resends(people)

        self._act(press)

    @rule(n=PLACES, how=st.sampled_from(["unsubscribes", "is suppressed", "is erased", "pauses"]))
    def somebody_leaves(self, n: int, how: str) -> None:
        def leave(session: Session) -> None:
            subscription = session.scalars(select(Subscription).order_by(Subscription.id)).all()[n % READERS]
            person = subscription.subscriber_id
            if person in self._memory.gone:
                return
            if how == "unsubscribes":
                unsubscribe(session, subscription.id, source=ConsentSource.PAGE)
            elif how == "is erased":
                erase(session, person, actor="test", files=NO_FILES)
            elif how == "is suppressed":
                address = key_hash(f"reader{person}@readers.example")
                suppress(session, address, SuppressionReason.COMPLAINT, actor="test")
            else:
                pause_subscription(session, subscription.id, 3)
            self._memory.gone.add(person)

        self._act(leave)

    @rule(n=PLACES, m=PLACES, wanted=st.integers(0, 2), size=st.integers(1, 4), commit=COMMITS)
    def a_process_has_its_turn(self, n: int, m: int, wanted: int, size: int, commit: Commit) -> None:
        if (process := self._process(n)) is not None:
            self._turn(process, self._mailings[m % len(self._mailings)], wanted, size, commit)

    @rule(n=PLACES, size=st.integers(1, 4), begun=st.integers(0, 3))
    def a_process_reserves(self, n: int, size: int, begun: int) -> None:
        """It is told to go, and begins some messages of its new window at once."""
        if (process := self._process(n)) is not None:
            self.is_controlled(control.resume)
            self._reserve(process, size, begun)

    @precondition(lambda self: self._startable(0) is not None)
    @rule(n=PLACES)
    def a_message_is_begun(self, n: int) -> None:
        if (found := self._startable(n)) is not None:
            self._start(*found)

    @precondition(lambda self: self._startable(0) is not None)
    @rule(n=PLACES)
    def somebody_is_refused_unseen(self, n: int) -> None:
        if (found := self._startable(n)) is not None:
            held, seq = found
            held.window.tally.answered(seq, REFUSED)

    @precondition(lambda self: self._begun(0, runs=False) is not None)
    @rule(n=PLACES, hand=st.sampled_from([Hand.ACCEPTED, Hand.ACCEPTED, Hand.REFUSED, Hand.DEFERRED]))
    def the_server_decides(self, n: int, hand: Hand) -> None:
        found = self._begun(n, runs=False)
        if found is not None and found[1].hands[found[2]] is Hand.KERNEL:
            self._server_decides(found[1], found[2], hand)

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES)
    def a_reply_is_read(self, n: int) -> None:
        found = self._begun(n)
        if found is not None and found[1].hands[found[2]] is not Hand.KERNEL:
            self._read_reply(found[1], found[2])

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES, takes_back=st.booleans())
    def a_message_never_left(self, n: int, takes_back: bool) -> None:
        """The connection was lost before its last octet, or its refusal marks nobody: there is proof."""
        found = self._begun(n)
        if found is not None and found[1].hands[found[2]] is Hand.KERNEL:
            _, held, seq = found
            del held.hands[seq]
            if takes_back:
                held.window.tally.take_back(seq)
            else:
                held.window.tally.answered(seq, LOST)
            self._memory.has_not(held.window, held.person(seq))

    @precondition(lambda self: self._begun(0) is not None)
    @rule(n=PLACES)
    def a_reply_never_comes(self, n: int) -> None:
        found = self._begun(n)
        if found is not None:
            del found[1].hands[found[2]]

    @precondition(lambda self: any(one.held for one in self._processes))
    @rule(n=PLACES, m=PLACES, is_told=st.booleans())
    def everybody_is_refused_alike(self, n: int, m: int, is_told: bool) -> None:
        """Nobody is to be marked; but the process may die before it is done with the window."""
        process = self._process(n)
        if process is None or not process.held:
            return
        held = list(process.held.values())[m % len(process.held)]
        for seq in held.blank()[:2]:
            held.window.tally.answered(seq, REFUSED)
        for seq, line in held.window.tally.lines().items():
            if line == REFUSED:
                held.window.tally.answered(seq, GIVEN_BACK)
        if is_told:
            self._is_done(process, held, TransportFailure("All are refused alike.", False, SENDER, REFUSED))

    @precondition(lambda self: any(one.held for one in self._processes))
    @rule(
        n=PLACES, m=PLACES, failure=st.sampled_from([None, None, TransportFailure("It rests.", True, SENDER)])
    )
    def a_window_is_done(self, n: int, m: int, failure: TransportFailure | None) -> None:
        process = self._process(n)
        if process is not None and process.held:
            self._is_done(process, list(process.held.values())[m % len(process.held)], failure)

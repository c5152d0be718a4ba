"""The stateful machine, when mailings come back: bounces, complaints and refusals are taken in meanwhile."""

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import select

from newsletter.core.bounce_address import bounce_address
from newsletter.feedback.events import DeliveryClues, EventKind, EventReason, FeedbackEvent
from newsletter.feedback.refusals import take_refusals
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.mailings.models import Delivery
from newsletter.subscribers.models import Subscriber, Suppression
from tests.sending.machine import PLACES
from tests.sending.machine_quiet import QuietDay

COMES_BACK = {
    EventKind.HARD: EventReason.USER_UNKNOWN,
    EventKind.SOFT: EventReason.MAILBOX_FULL,
    EventKind.COMPLAINT: None,
    EventKind.AUTO_REPLY: None,
}
SUPPRESSES = {EventKind.HARD, EventKind.COMPLAINT}


class FeedbackDay(QuietDay):
    """Sending, while some of what was sent comes back."""

    @rule(n=PLACES, kind=st.sampled_from(list(COMES_BACK)), twice=st.booleans(), arrives=st.booleans())
    def a_message_comes_back(self, n: int, kind: EventKind, twice: bool, arrives: bool) -> None:
        """Perhaps it is read twice; perhaps whoever reads it is killed first, and reads it another time."""
        with self._session() as session:
            ledger = select(Delivery).where(Delivery.seq > 0)  # who was excluded at the freeze has no place
            rows = session.scalars(ledger.order_by(Delivery.mailing_id, Delivery.seq)).all()
            if not rows:
                return
            row = rows[n % len(rows)]
            mailing_id, seq, person = row.mailing_id, row.seq, row.subscriber_id
            address = bounce_address(self._links.signer, "bounces.example", mailing_id, seq)
            clues = DeliveryClues(bounce_addresses=(address,))
            event = FeedbackEvent(kind, "a parser", COMES_BACK[kind], clues=clues)
            for copy in range(1 + twice):
                taken = take(session, self._links, [event], Intake(MAIL, f"{mailing_id} {seq} {kind}"))
                assert len(taken) <= 1 - copy
            if not arrives:
                return
            session.commit()
        self._suppressed_are_gone()
        assert kind not in SUPPRESSES or person in self._memory.gone, f"{kind} left {person} where they were"

    @rule()
    def refusals_are_taken(self) -> None:
        """Those of the dialogue, once it is sure that they are the person's."""
        take_refusals(self._sessions)
        self._suppressed_are_gone()

    def _suppressed_are_gone(self) -> None:
        """Nothing may be reserved for them from now on."""
        with self._session() as session:
            suppressed = select(Subscriber.id).join(
                Suppression, Suppression.address_hash == Subscriber.address_hash
            )
            self._memory.gone |= set(session.scalars(suppressed))

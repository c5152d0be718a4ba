"""Mailings that were sent to somebody some days ago, and what comes back of them."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.bounce_address import bounce_address
from newsletter.core.links import Links
from newsletter.feedback.events import DeliveryClues, EventKind, EventReason, FeedbackEvent
from newsletter.feedback.models import FeedbackRecord
from newsletter.feedback.take import MAIL, Intake, take
from newsletter.issues.models import Revision
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscription, Suppression
from tests.factories import make_issue, make_publication, make_subscription

BOUNCES = "bounces.weekly.example"
DSN = """\
From: MAILER-DAEMON@mx.readers.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@mx.readers.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.readers.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {code}
Diagnostic-Code: smtp; 550 {code} {said}

--b--
"""

COMPLAINT = """\
From: <complaints@provider.example>
To: <complaints@weekly.example>
Message-ID: <fbl-{number}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--b
Content-Type: text/rfc822-headers

List-Unsubscribe: <{link}>
Subject: Issue one

--b--
"""


def bounce(
    to: str, *, code: str = "5.1.1", said: str = "User unknown", number: int = 1, **more: str
) -> bytes:
    """A report by another mail server, delivered to `to`."""
    recipient = more.get("recipient", "ana@readers.example")
    text = DSN.format(to=to, code=code, said=said, number=number, recipient=recipient)
    return text.replace("\n", "\r\n").encode()


def complaint(link: str, *, number: int = 1) -> bytes:
    """A report by a provider (RFC 5965) on the copy that had `link` as its List-Unsubscribe."""
    return COMPLAINT.format(link=link, number=number).replace("\n", "\r\n").encode()


@dataclass
class World:
    """One publication, one reader, and its mailings."""

    session: Session
    links: Links
    publication: Publication = field(init=False)
    reader: Subscription = field(init=False)
    sent: int = 0

    def __post_init__(self) -> None:
        self.publication = make_publication(self.session)
        self.reader = make_subscription(self.session, self.publication, "ana@readers.example", "Ana")
        self.session.commit()

    def mail(self, days_ago: float = 0, outcome: Outcome = Outcome.SENT, **facts: object) -> Delivery:
        """The delivery of another issue, so long ago."""
        self.sent += 1
        issue = make_issue(self.session, self.publication, f"issue-{self.sent}")
        revision = self.session.scalars(select(Revision).where(Revision.issue_id == issue.id)).one()
        at = clock.now() - timedelta(days=days_ago)
        mailing = Mailing(
            publication_id=self.publication.id,
            issue_id=issue.id,
            revision_id=revision.id,
            state=MailingState.FINISHED,
            scheduled_at=at,
            members=1,
        )
        self.session.add(mailing)
        self.session.flush()
        delivery = Delivery(
            mailing_id=mailing.id,
            seq=1,
            subscriber_id=self.reader.subscriber_id,
            subscription_id=self.reader.id,
            outcome=outcome,
            at=at,
            **facts,
        )
        self.session.add(delivery)
        self.session.commit()
        return delivery

    def return_path(self, delivery: Delivery) -> str:
        return bounce_address(self.links.signer, BOUNCES, delivery.mailing_id, delivery.seq)

    def event(
        self, delivery: Delivery, kind: EventKind, reason: EventReason | None = None, said: str = ""
    ) -> list[FeedbackRecord]:
        """Something comes back of `delivery`."""
        clues = DeliveryClues(bounce_addresses=(self.return_path(delivery),))
        event = FeedbackEvent(kind, "dsn", reason, clues=clues, diagnostic=said)
        intake = Intake(MAIL, f"{delivery.mailing_id} {delivery.seq} {kind} {reason} {said}")
        taken = take(self.session, self.links, [event], intake)
        self.session.commit()
        return taken

    @property
    def suppression(self) -> Suppression | None:
        self.session.rollback()
        return self.session.scalar(select(Suppression))

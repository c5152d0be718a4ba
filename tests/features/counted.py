"""What reports have to show: counted links, clicks on them, and deliveries by mailbox provider."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.compile_mailing import compile_for_mailing
from newsletter.issues.models import Revision
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.reports.models import ProviderCount, ProviderCounting
from newsletter.tracking.fold import fold
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# Receivers, what was sent to them, and complaints: below the lines, between them, above, and too few to say.
RECEIVERS = (("gmail", 31_204, 12), ("microsoft", 12_880, 25), ("yahoo", 4_020, 14), ("coast.example", 61, 1))


def track(session: Session, mailing_id: int, links: Links) -> None:
    """Let a mailing that was sent without have a message whose links are counted, and followed."""
    mailing = session.get_one(Mailing, mailing_id)
    session.delete(session.get_one(StoredMessage, (mailing_id, "")))
    session.flush()
    revision = session.get_one(Revision, mailing.revision_id)
    publication = session.get_one(Publication, mailing.publication_id)
    session.add_all(compile_for_mailing(session, revision, publication, links, mailing_id))
    session.flush()
    count_clicks(session, mailing_id)
    count_providers(session, mailing_id)


def count_clicks(session: Session, mailing_id: int) -> None:
    """The first link gets the most clicks, the last none."""
    links = session.scalars(
        select(MailingLink.id).where(MailingLink.mailing_id == mailing_id).order_by(MailingLink.id)
    ).all()
    now = clock.now()
    hits = [
        Hit(
            *(f"{link_id}-{n}", EventKind.CLICK, mailing_id, link_id, 0, now + timedelta(minutes=9 * n)),
            agent=AGENT,
        )
        for place, link_id in enumerate(links[:-1])
        for n in range(130 // (place + 1))
    ]
    fold(session, hits)


def count_providers(session: Session, mailing_id: int, times: float = 1) -> None:
    """As if it had been sent to many; `times` the complaints."""
    session.merge(ProviderCounting(mailing_id=mailing_id, counted_at=clock.now()))
    for receiver, sent, complaints in (*RECEIVERS, ("", 9_400, 3)):
        numbers = {"recipients": sent + 9, "sent": sent, "deferred": sent // 90, "rejected": 9, "bounced": 4}
        numbers |= {"complaints": round(times * complaints), "clicks": sent // 40, "people": sent // 50}
        session.merge(ProviderCount(mailing_id=mailing_id, receiver=receiver, **numbers))

"""Whose hit it was, as far as the publication and the reader want that known: asked after the fact."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Mailing
from newsletter.publications.models import Publication, TrackingMode
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.tracking.hit import Hit

CHUNK = 500  # places of deliveries that are asked for in one statement


@dataclass(frozen=True, slots=True)
class HitDelivery:
    """The delivery of a hit. `dated`: the moment in the Date header of its copy, where it is known."""

    subscriber_id: int
    consent_at: datetime | None
    dated: datetime | None

    def person_at(self, moment: datetime) -> int | None:
        """The subscriber, if they agreed then, and still do, that what they click is kept; else None."""
        agreed = self.consent_at is not None and self.consent_at <= moment
        return self.subscriber_id if agreed else None


def read_modes(session: Session, mailing_ids: Iterable[int]) -> dict[int, TrackingMode]:
    """What the publication of each mailing wants to know now; without mailings that do not exist."""
    modes = (
        select(Mailing.id, Publication.tracking)
        .join(Publication, Publication.id == Mailing.publication_id)
        .where(Mailing.id.in_(sorted(set(mailing_ids))))
    )
    return dict(session.execute(modes).all())


def read_deliveries(session: Session, hits: Iterable[Hit]) -> dict[tuple[int, int], HitDelivery]:
    """The deliveries of `hits` by mailing and place."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for hit in hits:
        if hit.seq:
            wanted[hit.mailing_id].add(hit.seq)
    found = {}
    for mailing_id, seqs in wanted.items():
        ordered = sorted(seqs)
        for start in range(0, len(ordered), CHUNK):
            of_chunk = (
                select(Delivery.seq, Delivery.subscriber_id, Subscription.tracking_consent_at, Delivery.dated)
                .join(Subscription, Subscription.id == Delivery.subscription_id)
                .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
                .where(
                    Delivery.mailing_id == mailing_id,
                    Delivery.seq.in_(ordered[start : start + CHUNK]),
                    Subscriber.erased_at.is_(None),
                )
            )
            for seq, subscriber_id, consent_at, dated in session.execute(of_chunk):
                found[mailing_id, seq] = HitDelivery(subscriber_id, consent_at, dated)
    return found

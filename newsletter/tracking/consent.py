"""The reader's consent to being told apart: given and withdrawn on the preferences page, no by default."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import clock, i18n
from newsletter.mailings.models import Mailing
from newsletter.subscribers.consent import Consent, keep_record
from newsletter.subscribers.models import ConsentKind, ConsentSource, Subscription
from newsletter.subscribers.queries import lock_subscription
from newsletter.tracking.models import TrackingEvent

# Increase it with every change to the text below, so that a record says which text was read.
VERSION = "1"


def tracking_words(publication_name: str, locale: str) -> Consent:
    """What a reader agrees to, in the language of `locale` or in English: shown so and kept so."""
    text = i18n.translations(locale).gettext(
        "%(publication)s may keep which of its links I follow and when I open it, for 90 days."
    )
    return Consent(text % {"publication": publication_name}, VERSION, locale)


def set_tracking_consent(
    session: Session, subscription_id: int, *, allowed: bool, locale: str, ip: str
) -> Subscription:
    """Let the reader of a subscription be told apart from now on, or no longer; saying so again is nothing.

    Who no longer agrees has what was kept deleted. Raises `Missing`.
    """
    subscription = lock_subscription(session, subscription_id)
    if allowed == (subscription.tracking_consent_at is not None):
        return subscription
    subscription.tracking_consent_at = clock.now() if allowed else None
    keep_record(
        session,
        subscription.id,
        ConsentKind.TRACKING_ALLOWED if allowed else ConsentKind.TRACKING_REFUSED,
        source=ConsentSource.PREFERENCES,
        words=tracking_words(subscription.publication.name, locale),
        ip=ip,
    )
    if not allowed:
        _delete_events(session, subscription)
    action = "subscription.tracking_allowed" if allowed else "subscription.tracking_refused"
    audit.record(session, action, "subscription", subscription.id, actor=SUBSCRIBER)
    return subscription


def _delete_events(session: Session, subscription: Subscription) -> None:
    of_publication = select(Mailing.id).where(Mailing.publication_id == subscription.publication_id)
    session.execute(
        delete(TrackingEvent).where(
            TrackingEvent.subscriber_id == subscription.subscriber_id,
            TrackingEvent.mailing_id.in_(of_publication),
        )
    )

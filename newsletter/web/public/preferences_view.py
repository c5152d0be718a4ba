"""How the preferences page tells a subscription: a word, a sentence, and what can be done about it."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _

from newsletter.core import clock
from newsletter.core.dates import write_day
from newsletter.core.zones import zone_or_utc
from newsletter.publications.models import TrackingMode
from newsletter.subscribers.models import EndReason, State, Subscription
from newsletter.tracking.consent import tracking_words
from newsletter.web.language import current


@dataclass(frozen=True)
class Row:
    """One publication on the page. `kind` is the colour of its state, `symbol` its icon."""

    subscription_id: int
    name: str
    word: str
    kind: str | None
    symbol: str
    sentence: str
    can_leave: bool = False
    can_pause: bool = False
    can_resume: bool = False
    can_rejoin: bool = False
    # Whether they may choose one summary a month, and whether they have.
    offers_monthly: bool = False
    monthly: bool = False
    # What the person may agree to, where the publication asks for it; and whether they do.
    tracking_words: str = ""
    allows_tracking: bool = False


def rows(subscriptions: list[Subscription]) -> list[Row]:
    """What to show for each, in the given order."""
    return [
        _with_tracking(_with_frequency(_row(subscription), subscription), subscription)
        for subscription in subscriptions
    ]


def _with_frequency(row: Row, subscription: Subscription) -> Row:
    """With the choice of a monthly summary, where the publication makes one."""
    offers = subscription.publication.monthly_summary and (row.can_pause or row.can_resume)
    return replace(row, offers_monthly=offers, monthly=offers and subscription.monthly)


def _with_tracking(row: Row, subscription: Subscription) -> Row:
    """With the choice about tracking, where a reader can be told apart or has agreed to it."""
    publication, allows = subscription.publication, subscription.tracking_consent_at is not None
    asks = publication.tracking is TrackingMode.INDIVIDUAL and subscription.state is not State.ENDED
    if not (asks or allows):
        return row
    words = tracking_words(publication.name, current()).text
    return replace(row, tracking_words=words, allows_tracking=allows)


def _row(subscription: Subscription) -> Row:
    state = subscription.state
    name = subscription.publication.name
    if state is State.PAUSED and not _over(subscription.paused_until):
        sentence = _("Resumes on %(date)s.", date=_day(subscription, subscription.paused_until))
        return Row(
            subscription.id,
            name,
            _("Paused"),
            "warning",
            "wait",
            sentence,
            can_leave=True,
            can_resume=True,
        )
    if state in {State.ACTIVE, State.PAUSED}:
        sentence = _("Since %(date)s.", date=_day(subscription, subscription.confirmed_at))
        return Row(
            subscription.id,
            name,
            _("Subscribed"),
            "success",
            "success",
            sentence,
            can_leave=True,
            can_pause=True,
        )
    if state is State.PENDING:
        sentence = _("Open the email we sent you and press the button in it.")
        return Row(subscription.id, name, _("Not confirmed"), "info", "info", sentence, can_leave=True)
    return _ended(subscription)


def _ended(subscription: Subscription) -> Row:
    day = _day(subscription, subscription.ended_at)
    if subscription.ended_reason is EndReason.UNSUBSCRIBED:
        sentence = _("You unsubscribed on %(date)s.", date=day)
        return Row(
            subscription.id,
            subscription.publication.name,
            _("Unsubscribed"),
            None,
            "close",
            sentence,
            can_rejoin=True,
        )
    if subscription.ended_reason in {EndReason.BOUNCED, EndReason.COMPLAINED}:
        sentence = _("It ended on %(date)s, because our messages did not get through.", date=day)
    else:
        sentence = _("It ended on %(date)s.", date=day)
    return Row(subscription.id, subscription.publication.name, _("Ended"), None, "close", sentence)


def _over(until: datetime | None) -> bool:
    return until is not None and until <= clock.now()


def _day(subscription: Subscription, moment: datetime | None) -> str:
    """The day in the publication's zone, in the page's language."""
    zone = zone_or_utc(subscription.publication.timezone)
    return write_day((moment or subscription.created_at).astimezone(zone).date(), current())

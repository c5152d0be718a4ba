"""The receipt of one person's consents: exact words, version, language, time, source and IP address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.former_addresses import changes_of
from newsletter.subscribers.models import AddressChange, ConsentRecord, Subscriber, Subscription
from newsletter.subscribers.queries import find_subscriber, subscriptions_of


@dataclass(frozen=True)
class ConsentReceipt:
    """A person with each subscription and its consents, given and withdrawn, oldest first.

    `changes`: of their address, oldest first.
    """

    subscriber: Subscriber
    subscriptions: list[tuple[Subscription, list[ConsentRecord]]]
    changes: list[AddressChange]

    def facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "email": self.subscriber.email,
            "name": self.subscriber.name,
            "address_changes": [
                {"from": change.former_email, "to": change.email, "at": _moment(change.changed_at)}
                for change in self.changes
            ],
            "subscriptions": [
                {
                    "publication": subscription.publication.slug,
                    "state": subscription.state.value,
                    "consents": [_facts(record) for record in records],
                }
                for subscription, records in self.subscriptions
            ],
        }


def consent_receipt(session: Session, subscriber_id: int) -> ConsentReceipt:
    """The receipt of a person; `Missing` for one who is unknown or was erased."""
    subscriber = find_subscriber(session, subscriber_id)
    subscriptions = subscriptions_of(session, subscriber_id)
    by_subscription: dict[int, list[ConsentRecord]] = {each.id: [] for each in subscriptions}
    records = select(ConsentRecord).where(ConsentRecord.subscription_id.in_(by_subscription))
    for record in session.scalars(records.order_by(ConsentRecord.at, ConsentRecord.id)):
        by_subscription[record.subscription_id].append(record)
    return ConsentReceipt(
        subscriber,
        [(each, by_subscription[each.id]) for each in subscriptions],
        changes_of(session, subscriber_id),
    )


def _facts(record: ConsentRecord) -> dict[str, Any]:
    return {
        "kind": record.kind.value,
        "source": record.source.value,
        "at": _moment(record.at),
        "text": record.text,
        "text_version": record.text_version,
        "locale": record.locale,
        "ip": record.ip,
        "actor": record.actor,
        "origin": record.origin or {},
        "import": record.import_id,
    }


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""

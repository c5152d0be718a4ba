"""What somebody chose when they signed up: kept with the pending subscription, applied when it is confirmed.

Anybody may type anybody's address, so until then nothing about the person changes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from newsletter.core import i18n
from newsletter.core.errors import Refused
from newsletter.subscribers.attributes.values import Value, read_json_value
from newsletter.subscribers.choices import (
    Choices,
    Offer,
    apply_choices,
    current_choices,
    offer_of,
    read_choices,
)
from newsletter.subscribers.models import Subscription


@dataclass(frozen=True)
class SignUpChoices:
    """`topics`: by key, whether each that was asked for is wanted; keys of tags; values by attribute.

    `language` is empty where none was chosen.
    """

    topics: Mapping[str, bool] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    values: Mapping[str, Value] = field(default_factory=dict)
    language: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, without what was not chosen."""
        facts = {
            "topics": dict(self.topics),
            "tags": sorted(self.tags),
            "values": dict(self.values),
            "language": self.language,
        }
        return {name: value for name, value in facts.items() if value}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> "SignUpChoices":
        """The same from what `to_json` made."""
        tags = frozenset(facts.get("tags", ()))
        return cls(facts.get("topics", {}), tags, facts.get("values", {}), facts.get("language", ""))


NO_CHOICES = SignUpChoices()


def read_sign_up_choices(
    offer: Offer,
    *,
    topics: Collection[str] | None,
    tags: Collection[str],
    values: Mapping[str, Any],
    language: str,
) -> SignUpChoices:
    """What a form or a program says; see `choices.read_choices`. A language that we do not have is none."""
    read = read_choices(offer, topics=topics, tags=tags, values=values)
    asked = {} if topics is None else {topic.key: topic.key not in read.muted for topic in offer.topics}
    return SignUpChoices(asked, read.tags, read.values, language if language in i18n.available() else "")


def keep_choices(subscription: Subscription, choices: SignUpChoices) -> None:
    """Keep them until the pending `subscription` is confirmed; those of an earlier request are forgotten."""
    subscription.sign_up_choices = choices.to_json() or None


def apply_sign_up_choices(session: Session, subscription: Subscription) -> None:
    """Make true what was kept, and forget it; the caller holds the locks of person and pair.

    What readers cannot choose any more is left out. Who was here before keeps what the form did not ask for,
    the tags that they have, and values that they did not fill in again.
    """
    if subscription.sign_up_choices is None:
        return
    chosen = SignUpChoices.from_json(subscription.sign_up_choices)
    subscription.sign_up_choices = None
    offer = offer_of(session, subscription.publication_id)
    before = current_choices(session, subscription, offer)
    muted = {key for key, wanted in chosen.topics.items() if not wanted}
    values = dict(before.values) | _usable(offer, chosen.values)
    after = Choices(before.muted - chosen.topics.keys() | muted, before.tags | chosen.tags, values)
    apply_choices(session, subscription, offer, after)
    if chosen.language:
        subscription.subscriber.language = chosen.language


def _usable(offer: Offer, values: Mapping[str, Value]) -> dict[str, Value]:
    """Those that still are values of attributes on offer: an editor may have made another with the key."""
    usable = {}
    for attribute in offer.attributes:
        try:
            value = read_json_value(attribute, values.get(attribute.key))
        except Refused:
            continue
        if value is not None:
            usable[attribute.key] = value
    return usable

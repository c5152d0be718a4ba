"""Why somebody is in a segment, or is not: each rule with whether it is true of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from newsletter.core.addresses import Address
from newsletter.core.errors import Missing
from newsletter.publications.models import Publication
from newsletter.segments.evaluate import evaluate
from newsletter.segments.names import look_up, require_complete
from newsletter.segments.person import read_person
from newsletter.segments.sentences import Line, explain
from newsletter.subscribers.models import State, Subscriber, Subscription


@dataclass(frozen=True)
class Explanation:
    """Whether a person is in a segment, and each of its rules.

    `left` says why they are not, whatever the rules; empty for a subscriber.
    """

    inside: bool
    lines: list[Line]
    left: str = ""


def explain_person(
    session: Session, publication: Publication, rules: Any, address: Address, now: datetime
) -> Explanation:
    """The answer for who has this address. Raises `Missing` for a stranger, `Refused` for broken rules."""
    names = look_up(session, publication, rules, now)
    require_complete(rules, names)
    subscription = session.scalar(
        select(Subscription)
        .join(Subscription.subscriber)
        .where(Subscriber.email_key == address.key, Subscription.publication_id == publication.id)
        .options(contains_eager(Subscription.subscriber))
    )
    if subscription is None:
        sentence = f"{address.email} never subscribed to {publication.name}."
        raise Missing("unknown_subscriber", sentence, {"address": sentence})
    person = read_person(session, subscription)
    left = {State.PENDING: "has not confirmed", State.ENDED: "is no longer subscribed"}.get(person.state, "")
    return Explanation(not left and evaluate(rules, person, names), explain(rules, names, person), left)

"""The filter of a list or of a bulk change as a condition: state, words, segment, rules, or people."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.segments.find import find_segment
from newsletter.segments.members import members
from newsletter.segments.read import read
from newsletter.subscribers.bulk.models import BulkChange
from newsletter.subscribers.listing import SubscriptionFilter, is_wanted
from newsletter.subscribers.models import Subscription


def narrowed_by(
    session: Session, publication: Publication, *, segment: str = "", rules: Any = None
) -> ColumnElement[bool] | None:
    """The condition that a segment, by its slug, and rules are together; None without either.

    They choose among those who subscribe, as for a mailing. Raises `Missing` for a segment that is not there,
    `Refused` for rules which name what is not.
    """
    each = [read(find_segment(session, publication, segment).rules)] if segment else []
    each += [] if rules is None else [rules]
    now = clock.now()
    conditions = [members(session, publication, one, now) for one in each]
    return and_(*conditions) if conditions else None


def narrowed_as(
    session: Session, publication: Publication, wanted: Mapping[str, Any]
) -> ColumnElement[bool] | None:
    """The same of what was kept as JSON: `segment`, a slug or nothing, and `rules`, if there are any."""
    rules = wanted.get("rules")
    segment = wanted.get("segment") or ""
    return narrowed_by(session, publication, segment=segment, rules=None if rules is None else read(rules))


def chosen_by_filter(session: Session, row: BulkChange) -> ColumnElement[bool]:
    """The condition that the filter of a bulk change is now."""
    return chosen(session, session.get_one(Publication, row.publication_id), row.chosen_by)


def chosen(session: Session, publication: Publication, chosen_by: dict[str, Any]) -> ColumnElement[bool]:
    """The same of what `BulkChange.chosen_by` holds."""
    if "ids" in chosen_by:
        return Subscription.id.in_(chosen_by["ids"])
    wanted = SubscriptionFilter(chosen_by.get("state", ""), chosen_by.get("q", ""))
    narrowed = narrowed_as(session, publication, chosen_by)
    return and_(is_wanted(session, wanted), true() if narrowed is None else narrowed)

"""Fold hits into the database: once each, told apart, and with the counts changed by what is new.

The label of an event depends on the others of its delivery. So those that are stored already are judged again
with the new ones, and the counts change by the difference.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from newsletter.core.db import lock_name, table_of
from newsletter.publications.models import TrackingMode
from newsletter.tracking.counts import Delta
from newsletter.tracking.deliveries import CHUNK, HitDelivery, read_deliveries, read_modes
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import TrackingEvent
from newsletter.tracking.rules import Event, classify

# Of one delivery and person; whoever follows a link again and again fills no disk.
MOST_OF_A_PERSON = 500
_LOCK = hashlib.sha256(b"tracking counts").hexdigest()
_EVENTS = table_of(TrackingEvent)
_RELABEL = (
    update(_EVENTS)
    .where(_EVENTS.c.id == bindparam("event_id"))
    .values(label=bindparam("new_label"), rule=bindparam("new_rule"))
)

# What has to be known of a stored event to judge it again.
_READ = (
    *("id", "mailing_id", "link_id", "subscriber_id", "kind", "at"),
    *("seconds", "is_head", "agent", "label", "rule"),
)

Person = tuple[int, int]  # a mailing and a subscriber
Row = dict[str, Any]  # the columns of an event


def lock_counts(session: Session) -> None:
    """Let others that change events and counts wait until this transaction ends."""
    lock_name(session, _LOCK)


def fold(session: Session, hits: Sequence[Hit]) -> int:
    """Store those of `hits` that are new and wanted; returns how many. The caller commits.

    Without a person where publication or reader do not want to be known; not at all where the publication
    does not count (any more).
    """
    lock_counts(session)
    modes = read_modes(session, (hit.mailing_id for hit in hits))
    wanted = [hit for hit in _new(session, hits) if modes.get(hit.mailing_id, TrackingMode.OFF) != "off"]
    deliveries = read_deliveries(
        session, (hit for hit in wanted if modes[hit.mailing_id] is TrackingMode.INDIVIDUAL)
    )
    persons: defaultdict[Person, list[Row]] = defaultdict(list)
    others: defaultdict[tuple[int, int, str], list[Row]] = defaultdict(list)
    for hit in wanted:
        delivery = deliveries.get((hit.mailing_id, hit.seq))
        row = _row(hit, delivery)
        if row["subscriber_id"] is not None:
            persons[hit.mailing_id, row["subscriber_id"]].append(row)
        else:
            # Together while they are here; who it was is not kept.
            others[hit.mailing_id, hit.seq, "" if delivery else hit.key].append(row)
    delta = Delta()
    for rows in others.values():
        label(rows)
        delta.add(rows, of_one_person=False)
    stored = _add_persons(session, persons, delta)
    rows = [row for group in others.values() for row in group] + stored
    if rows:
        session.execute(insert(_EVENTS), rows)
    delta.apply(session)
    return len(rows)


def read_persons(session: Session, persons: Iterable[Person]) -> dict[Person, list[Row]]:
    """The stored events of these people in these mailings."""
    of_mailing: defaultdict[int, list[int]] = defaultdict(list)
    for mailing_id, subscriber_id in persons:
        of_mailing[mailing_id].append(subscriber_id)
    found: defaultdict[Person, list[Row]] = defaultdict(list)
    for mailing_id, subscriber_ids in of_mailing.items():
        for start in range(0, len(subscriber_ids), CHUNK):
            theirs = select(*(_EVENTS.c[name] for name in _READ)).where(
                _EVENTS.c.mailing_id == mailing_id,
                _EVENTS.c.subscriber_id.in_(subscriber_ids[start : start + CHUNK]),
            )
            for values in session.connection().execute(theirs):
                row = dict(zip(_READ, values, strict=True))
                found[mailing_id, row["subscriber_id"]].append(row)
    return found


def relabel(session: Session, rows: Sequence[Row], before: Sequence[Row]) -> None:
    """Write the labels of stored `rows` that are not those that they had `before`."""
    changed = [
        {"event_id": row["id"], "new_label": row["label"], "new_rule": row["rule"]}
        for row, old in zip(rows, before, strict=True)
        if (row["label"], row["rule"]) != (old["label"], old["rule"])
    ]
    if changed:
        session.connection().execute(_RELABEL, changed)


def label(rows: Sequence[Row]) -> None:
    """Give the events of one delivery their labels."""
    events = [
        Event(row["kind"], row["link_id"], row["at"], row["agent"], row["is_head"], row["seconds"])
        for row in rows
    ]
    for row, (given, rule) in zip(rows, classify(events), strict=True):
        row["label"], row["rule"] = given, rule


def _new(session: Session, hits: Sequence[Hit]) -> list[Hit]:
    """Each hit once, without those that are stored."""
    by_key = {hit.key: hit for hit in hits}
    keys = sorted(by_key)
    for start in range(0, len(keys), CHUNK):
        stored = select(_EVENTS.c.key).where(_EVENTS.c.key.in_(keys[start : start + CHUNK]))
        for key in session.scalars(stored):
            del by_key[key]
    return list(by_key.values())


def _row(hit: Hit, delivery: HitDelivery | None) -> Row:
    dated = delivery.dated if delivery else None
    return {
        "key": hit.key,
        "mailing_id": hit.mailing_id,
        "link_id": hit.link_id,
        "subscriber_id": delivery.person_at(hit.at) if delivery else None,
        "kind": hit.kind,
        "at": hit.at,
        "seconds": int((hit.at - dated).total_seconds()) if dated else None,
        "is_head": hit.is_head,
        "agent": hit.agent,
    }


def _add_persons(session: Session, persons: dict[Person, list[Row]], delta: Delta) -> list[Row]:
    """Judge the events of each person anew together with theirs that are stored; returns the new ones."""
    stored = read_persons(session, persons)
    added = []
    for person, new in persons.items():
        before = stored.get(person, [])
        again = [dict(row) for row in before]
        kept = new[: max(0, MOST_OF_A_PERSON - len(before))]
        label(again + kept)
        delta.add(before, of_one_person=True, sign=-1)
        delta.add(again + kept, of_one_person=True)
        relabel(session, again, before)
        added += kept
    return added

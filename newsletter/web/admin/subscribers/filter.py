"""What narrows the list of subscribers: a state, words, a saved segment, rules that its address carries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.publications.models import Publication
from newsletter.segments import narrow
from newsletter.segments.find import find_segment
from newsletter.segments.models import Segment
from newsletter.segments.read import read_json
from newsletter.segments.rules import dump
from newsletter.subscribers.listing import FILTERS, SubscriptionFilter
from newsletter.web.database import session

LONGEST_SEARCH = 254  # an address has no more (RFC 5321 §4.5.3.1.3)
LONGEST_RULES = 4_000  # characters of JSON in an address


@dataclass(frozen=True)
class PeopleFilter:
    """What was asked for; `rules` are those of the address, None without any."""

    wanted: SubscriptionFilter
    segment: Segment | None = None
    rules: Any = None

    def __bool__(self) -> bool:
        return bool(self.wanted) or self.narrows

    @property
    def narrows(self) -> bool:
        """Whether a segment or rules choose among the people."""
        return self.segment is not None or self.rules is not None

    @property
    def query(self) -> dict[str, str]:
        """The same as arguments of an address, and as hidden fields."""
        given = {
            "state": self.wanted.state,
            "q": self.wanted.words,
            "segment": self.segment.slug if self.segment else "",
            "rules": compact(self.rules) if self.rules is not None else "",
        }
        return {name: value for name, value in given.items() if value}


def compact(rules: Any) -> str:
    """Rules as the shortest JSON. Raises `Refused` when they are too long for an address."""
    text = json.dumps(dump(rules), separators=(",", ":"), ensure_ascii=False)
    if len(text) > LONGEST_RULES:
        raise Refused("long_rules", _("These are too many rules for a filter. Save them as a segment."))
    return text


def read_wanted(given: MultiDict[str, str]) -> SubscriptionFilter:
    """State and words in the query or the form: those that mean nothing are ignored."""
    state = given.get("state", "")
    words = one_line(given.get("q", ""))[:LONGEST_SEARCH]
    return SubscriptionFilter(state if state in FILTERS else "", words)


def read_filter(given: MultiDict[str, str], publication: Publication) -> PeopleFilter:
    """All of it. Raises `Missing` for a segment that is not there, `Refused` for rules that are none."""
    slug, text = given.get("segment", ""), given.get("rules", "")
    return PeopleFilter(
        read_wanted(given),
        find_segment(session(), publication, slug) if slug else None,
        read_json(text[: LONGEST_RULES + 1]) if text else None,
    )


def narrowed_by(publication: Publication, asked: PeopleFilter) -> ColumnElement[bool] | None:
    """The condition that segment and rules are; None without either.

    Raises `Refused` when they name what is gone.
    """
    slug = asked.segment.slug if asked.segment else ""
    return narrow.narrowed_by(session(), publication, segment=slug, rules=asked.rules)


def list_url(slug: str, query: Mapping[str, Any]) -> str:
    """The address of the list with these arguments, but for the empty ones."""
    given: dict[str, Any] = {name: value for name, value in query.items() if value}
    return url_for("admin_subscribers.subscribers", slug=slug, **given)

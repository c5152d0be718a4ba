"""What the demo's editors have collected for their next issue."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.curation.mention import record_mention
from newsletter.curation.models import Entry, EntryState, EntryTag, Feed, Origin, Via
from newsletter.demo.people import SENT
from newsletter.pages.page import Trouble
from newsletter.pages.url_hints import url_hints
from newsletter.publications.models import Publication

EDITOR = "Mira Olsen"

COLLECTED = (
    {
        "url": "https://harbourpost.example/2026/05/29/pilots-learn-the-new-clock?utm_source=homepage",
        "canonical_url": "https://harbourpost.example/2026/05/29/pilots-learn-the-new-clock",
        "headline": "Pilots learn the new clock, one tide at a time",
        "outlet": "The Harbour Post",
        "byline": "Ines Okafor",
        "description": "Forty harbour pilots spent a week in a simulator. The tides are the easy part.",
        "note": "Ask Ines for a picture.",
        "tags": "harbours",
    },
    {
        "url": "https://meridian.example/world/water-treaty-ratified",
        "headline": "First parliament ratifies the water treaty",
        "outlet": "The Meridian Courier",
        "byline": "Jonas Weir with wire reports",
        "description": "The vote was close, and the debate was about a footnote.",
        "tags": "treaty, follow-up",
    },
    {
        "url": "https://islandradio.example/shows/night-train",
        "headline": "A night on the sleeper to the coast",
        "outlet": "Island Radio",
        "description": "A reporter, a thermos and eleven hours of rails: the first night train in a decade.",
    },
)
BLOCKED = "https://uplandtimes.example/2026/05/30/ferry-fares-to-fall-in-autumn"


def make_inbox(session: Session, publication: Publication) -> None:
    """Three links whose pages were read, and one that is behind a paywall; newest last."""
    at = SENT[-1] + timedelta(days=1)
    for number, collected in enumerate(COLLECTED):
        _add(session, publication, dict(collected), at + timedelta(hours=5 * number))
    fields = url_hints(BLOCKED)
    blocked = {"url": BLOCKED, "headline": fields.headline, "published": fields.published}
    entry = _add(session, publication, blocked, at + timedelta(days=1), Origin.ADDRESS)
    entry.state, entry.trouble = EntryState.TROUBLE, Trouble.PAYWALL
    feed = _feed(publication, at)
    session.add(feed)
    session.flush()
    feed.next_poll_at = None  # once it is there: a new row takes the default for None
    session.flush()


def _feed(publication: Publication, at: datetime) -> Feed:
    """A feed that has stopped: nothing of the demo is ever fetched."""
    return Feed(
        publication_id=publication.id,
        url="https://harbourpost.example/feed",
        title="The Harbour Post",
        added_by=EDITOR,
        created_at=at,
        polled_at=at,
        failures=10,
        problem="The host harbourpost.example was not found.",
    )


def _add(
    session: Session,
    publication: Publication,
    facts: dict[str, str],
    at: datetime,
    origin: Origin = Origin.PAGE,
) -> Entry:
    tags = [EntryTag(tag=tag) for tag in facts.pop("tags", "").split(", ") if tag]
    known = {name for name in facts if name not in {"url", "canonical_url", "note"}}
    entry = Entry(
        publication_id=publication.id,
        state=EntryState.READY,
        via=Via.PASTE,
        added_by=EDITOR,
        origins=dict.fromkeys(known, origin.value),
        fetched_at=at,
        created_at=at,
        tags=tags,
        **({"canonical_url": facts["url"], "published": at.date().isoformat()} | facts),
    )
    session.add(entry)
    session.flush()
    entry.fetch_after = None
    record_mention(session, entry)
    return entry

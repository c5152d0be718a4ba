"""Which stories, outlets and sections of a publication's last mailings were read: clicks by people, per link.

What stood in a mailing is read from the revision that was sent. A link counts for the first story with its
address; where links were not counted, a mailing is left out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.item import Item
from newsletter.issues.load import load_document
from newsletter.issues.models import Revision
from newsletter.mailings.models import Mailing, MailingCount, Outcome
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.reports.rate import Rate
from newsletter.stories.record import url_key
from newsletter.tracking.counts import ANY_LINK
from newsletter.tracking.models import EventKind, Label, TrackingCount

MAILINGS = 26  # half a year of weeks
MOST = 100  # stories


@dataclass(frozen=True, slots=True)
class Read:
    """How often something was read. `name`: a headline, an outlet or a section's title; may be empty.

    `url` is that of a story; `stories`: how often one stood in a mailing; `clicks`: by people, of the copies
    that were sent with it.
    """

    name: str
    url: str
    stories: int
    clicks: Rate

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "url": self.url, "stories": self.stories, "clicks": self.clicks.as_json()}


@dataclass(frozen=True, slots=True)
class StoriesRead:
    """What was read in the last `mailings`, each list by clicks. `others`: clicks on links of no story."""

    publication: str
    mailings: int
    stories: list[Read]
    outlets: list[Read]
    sections: list[Read]
    others: int

    def as_json(self) -> dict[str, Any]:
        lists = {name: getattr(self, name) for name in ("stories", "outlets", "sections")}
        return {
            "publication": self.publication,
            "mailings": self.mailings,
            **{name: [each.as_json() for each in reads] for name, reads in lists.items()},
            "other_clicks": self.others,
        }


@dataclass(frozen=True, slots=True)
class _Told:
    """A story in a mailing, with its clicks and the messages that were sent with it."""

    key: str
    headline: str
    url: str
    outlet: str
    section: str
    mailing_id: int
    clicks: int
    sent: int


def stories_read(session: Session, publication: Publication) -> StoriesRead:
    """What people read in the last mailings of `publication` whose links were counted."""
    mailings = _counted_mailings(session, publication.id)
    ids = [mailing.id for mailing in mailings]
    clicks, sent = _clicks(session, ids), _sent(session, ids)
    told = [story for mailing in mailings for story in _told(session, mailing, clicks, sent[mailing.id])]
    return StoriesRead(
        publication=publication.slug,
        mailings=len(mailings),
        stories=_by(told, [(story.key, story.headline, story.url) for story in told])[:MOST],
        outlets=_by(told, [(story.outlet, story.outlet, "") for story in told]),
        sections=_by(told, [(story.section, story.section, "") for story in told]),
        others=clicks.total() - sum(story.clicks for story in told),
    )


def _told(session: Session, mailing: Mailing, clicks: Counter[tuple[int, str]], sent: int) -> Iterator[_Told]:
    document = load_document(session.get_one(Revision, mailing.revision_id))
    met: set[str] = set()
    for section, story in _stories(document):
        key = url_key(story.url)
        if key and key not in met:
            met.add(key)
            yield _Told(
                *(key, story.headline, story.url, story.provenance.outlet, section),
                *(mailing.id, clicks[mailing.id, key], sent),
            )


def _stories(document: Document) -> Iterator[tuple[str, Item | FeatureSection]]:
    """Each item and feature with the title of its section, in reading order."""
    for section in document.sections:
        told = (section,) if isinstance(section, FeatureSection) else getattr(section, "items", ())
        for story in told:
            if isinstance(story, Item | FeatureSection):
                yield section.title, story


def _by(told: Sequence[_Told], names: Sequence[tuple[str, str, str]]) -> list[Read]:
    """The stories put together by the first of their `names`; the newest says what it is called."""
    groups: dict[str, list[_Told]] = {}
    called: dict[str, tuple[str, str]] = {}
    for story, (key, name, url) in zip(told, names, strict=True):
        groups.setdefault(key, []).append(story)
        called.setdefault(key, (name, url))
    reads = []
    for key, group in groups.items():
        sent = {story.mailing_id: story.sent for story in group}
        rate = Rate(sum(story.clicks for story in group), sum(sent.values()))
        reads.append(Read(*called[key], stories=len(group), clicks=rate))
    return sorted(reads, key=lambda read: (-read.clicks.count, read.name))


def _counted_mailings(session: Session, publication_id: int) -> list[Mailing]:
    """The last mailings of which anything was counted, the newest first."""
    counted = select(TrackingCount.mailing_id).where(TrackingCount.mailing_id == Mailing.id).exists()
    return list(
        session.scalars(
            select(Mailing)
            .where(Mailing.publication_id == publication_id, Mailing.started_at.is_not(None), counted)
            .order_by(Mailing.started_at.desc(), Mailing.id.desc())
            .limit(MAILINGS)
        )
    )


def _clicks(session: Session, ids: Sequence[int]) -> Counter[tuple[int, str]]:
    """Clicks by people, by mailing and by what addresses of the same page have in common."""
    rows = session.execute(
        select(MailingLink.mailing_id, MailingLink.url, func.sum(TrackingCount.events))
        .join(MailingLink, MailingLink.id == TrackingCount.link_id)
        .where(
            TrackingCount.mailing_id.in_(ids),
            TrackingCount.kind == EventKind.CLICK,
            TrackingCount.link_id != ANY_LINK,
            TrackingCount.label == Label.PERSON,
        )
        .group_by(MailingLink.id, MailingLink.mailing_id, MailingLink.url)
    )
    clicks: Counter[tuple[int, str]] = Counter()
    for mailing_id, url, n in rows:
        clicks[mailing_id, url_key(url)] += int(n)
    return clicks


def _sent(session: Session, ids: Sequence[int]) -> Counter[int]:
    rows = session.execute(
        select(MailingCount.mailing_id, func.sum(MailingCount.n))
        .where(MailingCount.mailing_id.in_(ids), MailingCount.outcome == Outcome.SENT)
        .group_by(MailingCount.mailing_id)
    )
    return Counter({row[0]: int(row[1]) for row in rows})

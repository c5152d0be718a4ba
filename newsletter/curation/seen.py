"""Where else the stories of some entries are: “ran in No. 41”, “also from The Guardian”."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.curation.facts import find_issues
from newsletter.curation.mention import mentions_of
from newsletter.curation.models import Entry
from newsletter.issues.models import Issue


@dataclass(frozen=True)
class Seen:
    """The issues that have the story, and the outlets of other entries that tell it."""

    issues: tuple[Issue, ...] = ()
    outlets: tuple[str, ...] = ()


def seen_elsewhere(session: Session, entries: Iterable[Entry]) -> Mapping[int, Seen]:
    """By the id of the entry. The issue that uses an entry is not elsewhere."""
    return {entry.id: _seen(session, entry) for entry in entries}


def _seen(session: Session, entry: Entry) -> Seen:
    mentions = mentions_of(session, entry)
    issues = [issue for issue in find_issues(session, mentions) if issue.id != entry.issue_id]
    told = (mention.outlet for mention in mentions if mention.entry_id and mention.outlet)
    outlets = dict.fromkeys(outlet for outlet in told if outlet != entry.outlet)
    return Seen(tuple(issues), tuple(outlets))

"""What readers see of corrections: each note with its day, and what was changed, word by word."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.corrections.models import Correction
from newsletter.document import Document, loads, walk
from newsletter.document.merge import with_defaults
from newsletter.document.richtext import to_plain
from newsletter.issues.diff import FieldDiff, Piece, diff_documents
from newsletter.issues.diff.words import diff_words, shorten
from newsletter.issues.models import Issue, Revision
from newsletter.publications.models import Publication
from newsletter.rendering.variant import sections_of, stranger_variant

RICH_FIELDS = walk.RICH_FIELDS - {"items"}
_UNSEEN = {"subject", "preheader", "licence"}  # on a web page
PLAIN_FIELDS = (walk.PLAIN_FIELDS - _UNSEEN) | {"date", "published"} | walk.URL_FIELDS


@dataclass(frozen=True)
class ShownChange:
    """A text of the page that was changed, by word. `place`: the story or section that it is in, or empty."""

    place: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class ShownCorrection:
    """A note, when it was made, and what was changed with it."""

    note: str
    at: datetime
    changes: tuple[ShownChange, ...]


def find_shown_corrections(session: Session, issue_ids: Collection[int]) -> dict[int, list[ShownCorrection]]:
    """The corrections of each of these issues that has any, in the order in which they were made."""
    rows = session.scalars(
        select(Correction)
        .where(Correction.issue_id.in_(issue_ids))
        .order_by(Correction.issue_id, Correction.revision)
    ).all()
    shown: dict[int, list[ShownCorrection]] = {}
    for row in rows:
        before, after = (_document(session, row, number) for number in (row.before_revision, row.revision))
        changes = tuple(changes_between(before, after))
        shown.setdefault(row.issue_id, []).append(ShownCorrection(row.note, row.at, changes))
    return shown


def changes_between(before: Document, after: Document) -> Iterator[ShownChange]:
    """What readers of the web page see changed, in reading order: of each text its words.

    What no reader sees is left out: subject and preheader, sizes, names in links. So is what was only moved.
    """
    difference = diff_documents(before, after)
    yield from _changes("", difference.fields)
    for section in difference.sections:
        title = with_defaults(section.title).strip()
        yield from _changes(title, section.fields)
        for item in section.items:
            # A statement of a notice has no title: its own words would stand there.
            place = title if section.type == "notice" else with_defaults(item.title).strip()
            yield from _changes(place, item.fields, plain=section.type == "quotes")


def _changes(place: str, fields: tuple[FieldDiff, ...], *, plain: bool = False) -> Iterator[ShownChange]:
    """`plain`: its texts have no Markdown. A place that is one of the texts themselves is not said twice."""
    for field in fields:
        name = field.name.rpartition(".")[2]
        if name not in RICH_FIELDS | PLAIN_FIELDS:
            continue
        write = with_defaults if plain or name in PLAIN_FIELDS else to_plain
        old, new = write(field.before).strip(), write(field.after).strip()
        if old != new:
            yield ShownChange("" if place in (old, new) else place, shorten(diff_words(old, new)))


def _document(session: Session, row: Correction, number: int) -> Document:
    """The revision as the page shows it to everybody: without what is for some readers only."""
    text, publication_language = session.execute(
        select(Revision.document, Publication.language)
        .join(Issue, Issue.id == Revision.issue_id)
        .join(Publication, Publication.id == Issue.publication_id)
        .where(Revision.issue_id == row.issue_id, Revision.number == number)
    ).one()
    document = loads(text, stored=True)
    seen = sections_of(document, stranger_variant(document, publication_language))
    return document.model_copy(update={"sections": seen, "editions": ()})

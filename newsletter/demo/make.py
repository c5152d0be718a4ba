"""Make the demo, once: everything in one transaction, so that there is all of it or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.links import Links
from newsletter.demo.inbox import make_inbox
from newsletter.demo.ledger import make_mailing
from newsletter.demo.people import SENT
from newsletter.demo.pictures import DRAWINGS, Drawing
from newsletter.demo.publication import SLUG, make_publication
from newsletter.demo.readers import make_readers
from newsletter.document import Document, loads
from newsletter.issues.models import Issue
from newsletter.issues.save import Saved, save_document
from newsletter.issues.tags import set_tags
from newsletter.mailings.models import Mailing
from newsletter.media.files import MediaFiles
from newsletter.media.store import store_image
from newsletter.publications.models import Publication

DOCUMENTS = Path(__file__).parent / "documents"
SENT_ISSUES = ("the-harbours-agree-on-a-clock", "night-trains-come-back", "a-line-reopens")
TAGS = ("Harbours, Treaty", "Railways, Long reads", "Railways, Treaty")
DRAFT = "the-fourth-point"


@dataclass(frozen=True)
class Demo:
    """Where to look. `made` is False when it was there already."""

    publication_slug: str
    newest_slug: str
    draft_id: int
    mailing_id: int
    made: bool


def make_demo(session: Session, files: MediaFiles, links: Links) -> Demo:
    """The demo, made now or long ago; flushed, and the caller commits. A second time changes nothing."""
    publication = session.scalar(select(Publication).where(Publication.slug == SLUG))
    made = publication is None
    if publication is None:
        publication = make_publication(session)
        pictures = _store_pictures(session, files)
        readers = make_readers(session, publication)
        for number, (slug, at) in enumerate(zip(SENT_ISSUES, SENT, strict=True), start=1):
            saved = _save(session, publication, _read(slug, pictures), at - timedelta(hours=16))
            make_mailing(session, publication, saved.revision, readers, number=number, links=links)
            set_tags(session, saved.issue.id, TAGS[number - 1], actor=audit.COMMAND_LINE)
        _save(session, publication, _read(DRAFT, pictures), SENT[-1] + timedelta(days=5))
        make_inbox(session, publication)
        audit.record(session, "demo.made", "publication", publication.id, actor=audit.COMMAND_LINE)
        session.flush()
    return _find(session, publication, made)


def _store_pictures(session: Session, files: MediaFiles) -> dict[str, str]:
    """Draw and store every picture; what the documents call each → what the library calls it."""
    return {
        f"media:{drawing.name}": "media:"
        + store_image(
            session,
            files,
            _drawn(drawing),
            filename=f"{drawing.name}.jpg",
            alt=drawing.alt,
            caption=drawing.caption,
            credit=drawing.credit,
            licence=drawing.licence,
        ).key
        for drawing in DRAWINGS
    }


@cache
def _drawn(drawing: Drawing) -> bytes:
    """Drawing takes a second each: a process that fills several databases does it once."""
    return drawing.draw()


def _read(slug: str, pictures: dict[str, str]) -> Document:
    text = (DOCUMENTS / f"{slug}.json").read_text(encoding="utf-8")
    for name, key in pictures.items():
        text = text.replace(f'"{name}"', f'"{key}"')
    return loads(text)


def _save(session: Session, publication: Publication, document: Document, at: datetime) -> Saved:
    saved = save_document(session, publication, document, author="Mira Olsen")
    saved.issue.created_at = saved.revision.created_at = saved.revision.saved_at = at
    return saved


def _find(session: Session, publication: Publication, made: bool) -> Demo:
    found = session.execute(select(Issue.slug, Issue.id).where(Issue.publication_id == publication.id))
    ids: dict[str, int] = {row[0]: row[1] for row in found}
    mailing_id = session.scalar(
        select(Mailing.id).where(Mailing.issue_id == ids.get(SENT_ISSUES[-1], 0)).order_by(Mailing.id)
    )
    return Demo(publication.slug, SENT_ISSUES[-1], ids.get(DRAFT, 0), mailing_id or 0, made)

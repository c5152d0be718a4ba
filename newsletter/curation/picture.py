"""Fetch the picture of an entry that was used, check and store it, and give it to the entry's item."""

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.errors import DomainError
from newsletter.core.text import clean_name
from newsletter.curation.fetch import LEASE, MOST_ATTEMPTS
from newsletter.curation.find import lock_entry
from newsletter.curation.models import Entry, EntryState
from newsletter.curation.place import links_of
from newsletter.document import Document
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.image import Image
from newsletter.issues.edit import edit_issue, lock_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.picture import MOST_OCTETS
from newsletter.media.store import store_image
from newsletter.pages.fetch import Fetcher

log = structlog.get_logger(__name__)


def fetch_picture(sessions: sessionmaker[Session], fetcher: Fetcher, files: MediaFiles) -> bool:
    """Fetch one picture that waits; whether there was one. One that cannot be had is left out of the item."""
    with sessions() as session:
        entry = _claim(session)
        session.commit()
    if entry is None:
        return False
    octets = None if entry.fetch_attempts > MOST_ATTEMPTS else _fetch(fetcher, entry.image_url)
    with sessions() as session:
        try:
            _keep(session, entry, octets, files)
            session.commit()
        except DomainError as error:  # no picture that we take, or the issue was scheduled meanwhile
            session.rollback()
            log.info("a picture was left out", entry=entry.id, url=entry.image_url, why=error.message)
            _give_up(session, entry.id)
            session.commit()
    return True


def _claim(session: Session) -> Entry | None:
    now = clock.now()
    waits = (Entry.state == EntryState.USED) & Entry.picture_wanted & (Entry.fetch_after <= now)
    entry = session.scalar(
        select(Entry).where(waits).order_by(Entry.fetch_after).limit(1).with_for_update(skip_locked=True)
    )
    if entry is not None:
        entry.fetch_after = now + LEASE
        entry.fetch_attempts += 1
        session.flush()
    return entry


def _fetch(fetcher: Fetcher, url: str) -> bytes | None:
    try:
        response = fetcher.get(url, most_octets=MOST_OCTETS)
    except DomainError as error:
        log.info("a picture did not come", url=url, why=error.message)
        return None
    return response.body if response.status == 200 else None


def _keep(session: Session, claimed: Entry, octets: bytes | None, files: MediaFiles) -> None:
    entry = _give_up(session, claimed.id)
    if octets is None or entry.issue_id is None:
        return
    stored = store_image(
        session,
        files,
        octets,
        filename=clean_name(entry.image_url.rsplit("/", 1)[-1].partition("?")[0], 120),
        alt=entry.image_alt,
        caption=entry.image_caption,
        credit=entry.image_credit,
        licence="",  # nobody but a person knows it
    )
    _show(session, entry, stored)


def _give_up(session: Session, entry_id: int) -> Entry:
    """It is not waited for any more, whatever comes of it."""
    entry = lock_entry(session, entry_id)
    entry.picture_wanted, entry.fetch_after, entry.fetch_attempts = False, None, 0
    return entry


def _show(session: Session, entry: Entry, stored: MediaFile) -> None:
    """Put the picture into the items with the entry's address that have none."""
    assert entry.issue_id is not None  # noqa: S101 - the caller looked
    revision = find_revision(session, lock_issue(session, entry.issue_id))
    image = Image(
        src=f"media:{stored.key}",
        alt=stored.alt,
        caption=stored.caption,
        credit=stored.credit,
        licence=stored.licence,
        width=stored.width,
        height=stored.height,
    ).model_dump(mode="json")
    operations = [
        {"op": "replace", "path": path, "value": image} for path in _places(load_document(revision), entry)
    ]
    if operations:
        # As if whoever placed the entry had added it, so that it is no revision of its own.
        edit_issue(session, entry.issue_id, state_of(revision), operations, author=revision.author)


def _places(document: Document, entry: Entry) -> list[str]:
    """Where in the document the entry's items have no picture, as paths of a JSON Patch."""
    links = links_of(entry)
    places: list[str] = []
    for index, section in enumerate(document.sections):
        if isinstance(section, FeatureSection) and section.url in links and section.image is None:
            places.append(f"/sections/{index}/image")
        places.extend(
            f"/sections/{index}/items/{number}/image"
            for number, item in enumerate(getattr(section, "items", ()))
            if getattr(item, "url", "") in links and item.image is None
        )
    return places

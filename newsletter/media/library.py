"""The media library: find the stored images, and change what is said about them."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Refused
from newsletter.core.text import CONTROL_IN_LINES, without_nul
from newsletter.media.models import MediaFile
from newsletter.media.store import LONGEST_LICENCE, find_media

PAGE_SIZE = 48
LONGEST_WORDS = 1_000
WORDS = ("alt", "caption", "credit", "licence")


@dataclass(frozen=True)
class MediaPage:
    """Some images, newest first; `older`: whether there are more before the last of them."""

    rows: list[MediaFile]
    older: bool


def list_media(session: Session, *, words: str = "", older_than: int = 0) -> MediaPage:
    """The images of which a name or a word contains `words`, in any case of letters."""
    query = select(MediaFile).order_by(MediaFile.id.desc()).limit(PAGE_SIZE + 1)
    if older_than:
        query = query.where(MediaFile.id < older_than)
    if sought := without_nul(words).strip():
        said = (MediaFile.filename, *(getattr(MediaFile, name) for name in WORDS))
        query = query.where(or_(*(column.icontains(sought, autoescape=True) for column in said)))
    rows = list(session.scalars(query))
    return MediaPage(rows[:PAGE_SIZE], len(rows) > PAGE_SIZE)


def describe(session: Session, key: str, words: dict[str, str], *, actor: str) -> MediaFile:
    """Change the `WORDS` of the image called `key`. `Refused` names every one that cannot be kept.

    Issues that were sent keep the words that they were sent with; the archive and drafts show the new ones
    wherever an issue has none of its own.
    """
    row = find_media(session, key)
    longest = dict.fromkeys(WORDS, LONGEST_WORDS) | {"licence": LONGEST_LICENCE}
    kept = {name: " ".join(words.get(name, "").split()) for name in WORDS}
    problems = {
        name: f"Keep this within {longest[name]} characters."
        if len(text) > longest[name]
        else "Remove the control characters from this text."
        for name, text in kept.items()
        if len(text) > longest[name] or CONTROL_IN_LINES.search(text)
    }
    if problems:
        raise Refused("bad_words", "The texts were not saved.", problems)
    for name, text in kept.items():
        setattr(row, name, text)
    audit.record(session, "media.described", "media_file", row.id, actor=actor, key=key)
    return row

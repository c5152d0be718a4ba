"""Store an image that somebody uploaded: the same picture once, whatever it is called."""

import hashlib
import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing, Refused
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.picture import EXTENSIONS, sanitise_image

KEY_LENGTH = 20  # hexadecimal digits, 80 bits: far from a chance collision
LONGEST_LICENCE = 120

_is_key = re.compile(r"[0-9a-f]{1,64}").fullmatch


def store_image(
    session: Session,
    files: MediaFiles,
    octets: bytes,
    *,
    filename: str = "",
    alt: str = "",
    caption: str = "",
    credit: str = "",
    licence: str = "",
) -> MediaFile:
    """Keep the image in `octets`; given the same octets again, the row there is, its empty words filled in.

    Raises `Refused` for what is not an image or too large, `OperatorMustAct` when the folder cannot be
    written. The file is on the disk before this returns; the row is flushed, and the caller commits.
    """
    if len(licence) > LONGEST_LICENCE:
        sentence = f"Use at most {LONGEST_LICENCE} characters for the licence."
        raise Refused("licence_too_long", sentence, {"licence": sentence})
    key = hashlib.sha256(octets).hexdigest()[:KEY_LENGTH]
    words = {"filename": filename[:255], "alt": alt, "caption": caption, "credit": credit, "licence": licence}
    row = _row(session, key)
    if row is None or files.read(original_name(row)) is None:
        picture = sanitise_image(octets)
        made = MediaFile(
            key=key,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            octets=len(picture.octets),
            **words,
        )
        files.write(original_name(made), picture.octets)
        row = row or _add(session, made)
    for name, value in words.items():
        if value and not getattr(row, name):
            setattr(row, name, value)
    session.flush()
    return row


def find_media(session: Session, key: str) -> MediaFile:
    """The media file called `key`; `Missing` when there is none."""
    row = _row(session, key)
    if row is None:
        raise Missing("no_media", f"There is no media file called “{key}”.")
    return row


def original_name(row: MediaFile) -> str:
    """Where the file itself is kept."""
    return f"{row.key}/original.{EXTENSIONS[row.format]}"


def _row(session: Session, key: str) -> MediaFile | None:
    if not _is_key(key):
        return None
    return session.scalar(select(MediaFile).where(MediaFile.key == key))


def _add(session: Session, made: MediaFile) -> MediaFile:
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody stored the same picture in this moment
        return find_media(session, made.key)
    return made

"""The widths an image is served in: made when first asked for, then kept beside it."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.picture import EXTENSIONS, resize_image
from newsletter.media.store import original_name

# 1200 is a 600-pixel email column on a dense screen, and what shared links show.
WIDTHS = (1200, 900, 600, 300, 150)

_KEY = re.compile(r"media:([a-z0-9]{1,64})")


@dataclass(frozen=True)
class Served:
    """Where an image is on the web, and its size there in pixels."""

    url: str
    width: int
    height: int


def variant(files: MediaFiles, row: MediaFile, width: int) -> bytes:
    """The octets of `row` at most `width` pixels wide; `Missing` for a width that is not offered."""
    if width not in WIDTHS:
        raise Missing("no_such_width", f"Images are not served {width} pixels wide.")
    name = f"{row.key}/{width}.{EXTENSIONS[row.format]}"
    cached = files.read(name)
    if cached is not None:
        return cached
    original = files.read(original_name(row))
    if original is None:
        raise Missing("media_file_gone", f"The file of the image “{row.key}” is not in the media folder.")
    octets = resize_image(original, width).octets
    files.write(name, octets)
    return octets


def served(links: Links, row: MediaFile, width: int = WIDTHS[0]) -> Served:
    """`row` on the web, at most `width` pixels wide (one of `WIDTHS`)."""
    actual = min(width, row.width)
    height = row.height if actual == row.width else max(1, round(row.height * actual / row.width))
    return Served(links.media(f"{row.key}/{width}.{EXTENSIONS[row.format]}"), actual, height)


def find_sources(session: Session, sources: set[str]) -> dict[str, MediaFile]:
    """The stored images among image sources such as `media:3f…`, by source; unknown ones are left out."""
    keys = {match[1]: source for source in sources if (match := _KEY.fullmatch(source))}
    rows = session.scalars(select(MediaFile).where(MediaFile.key.in_(keys))) if keys else ()
    return {keys[row.key]: row for row in rows}

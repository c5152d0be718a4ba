"""A logo that somebody uploads: small, and of a shape that fits above an issue."""

from flask import request
from flask_babel import gettext as _

from newsletter.core.errors import Refused
from newsletter.core.text import without_nul
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.picture import sanitise_image
from newsletter.media.store import store_image
from newsletter.web.current import settings
from newsletter.web.database import session

LARGEST_LOGO = 5_000_000  # octets
MOST_PIXELS_ASIDE = 6_000
ALT_LENGTH = 300


def store_logo(alt: str) -> MediaFile:
    """The uploaded `logo`, stored with these words for who cannot see it; flushed. Raises `Refused`."""
    file = request.files.get("logo")
    octets = file.read(LARGEST_LOGO + 1) if file else b""
    if not octets:
        raise _refused(_("Choose an image file."))
    if len(octets) > LARGEST_LOGO:
        megabytes = LARGEST_LOGO // 1_000_000
        raise _refused(
            _("The logo is larger than %(megabytes)s MB. Make it smaller first.", megabytes=megabytes)
        )
    _check_shape(octets)
    filename = without_nul((file and file.filename) or "")
    row = store_image(session(), MediaFiles(settings().media_dir), octets, filename=filename, alt=alt)
    row.alt = alt or row.alt
    return row


def _check_shape(octets: bytes) -> None:
    try:
        picture = sanitise_image(octets)
    except Refused as error:
        if octets.lstrip()[:5].lower() in {b"<svg ", b"<?xml", b"<!doc"}:
            sentence = _(
                "Email programs do not show SVG. Save the logo as PNG, at twice the size it is shown."
            )
            raise _refused(sentence) from error
        raise _refused(error.message) from error
    if max(picture.width, picture.height) > MOST_PIXELS_ASIDE:
        raise _refused(
            _(
                "The logo is %(width)s × %(height)s pixels. Use at most %(most)s on either side.",
                width=picture.width,
                height=picture.height,
                most=MOST_PIXELS_ASIDE,
            )
        )


def _refused(sentence: str) -> Refused:
    return Refused("bad_logo", sentence, {"logo": sentence})

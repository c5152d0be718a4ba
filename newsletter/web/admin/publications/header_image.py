"""The header image of a publication: what the page *Design* offers, and whether it is there."""

from collections.abc import Mapping

from flask_babel import gettext as _

from newsletter.core.errors import Refused
from newsletter.media.library import list_media
from newsletter.media.models import MediaFile
from newsletter.media.variants import find_sources
from newsletter.rendering.token_values import PICTURES
from newsletter.web.database import session

LONGEST_LABEL = 60  # characters


def picture_options(chosen: str, none: str) -> list[tuple[str, str]]:
    """The newest images of the media library, and `chosen` wherever it is; `none` is the one of no image."""
    rows = {row.key: _label(row) for row in list_media(session()).rows}
    if chosen and chosen not in rows:
        older = find_sources(session(), {f"media:{chosen}"}).values()
        rows |= {chosen: next(map(_label, older), str(_("An image that is not in the library")))}
    return [("", none), *rows.items()]


def check_pictures(tokens: Mapping[str, str]) -> None:
    """Raise `Refused` for images that the media library does not have."""
    sources = {name: f"media:{tokens[name]}" for name in PICTURES if tokens.get(name)}
    stored = find_sources(session(), set(sources.values()))
    missing = {
        name: str(_("This image is not in the media library."))
        for name, source in sources.items()
        if source not in stored
    }
    if missing:
        raise Refused("theme_tokens_invalid", str(_("This design cannot be used as it is.")), missing)


def _label(row: MediaFile) -> str:
    name = row.alt or row.filename or row.key
    short = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
    return f"{short} ({row.width} × {row.height})"

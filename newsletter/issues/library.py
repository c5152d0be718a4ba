"""Images of the media library in a document: their URLs, and their default texts (alt, caption, …)."""

from collections.abc import Mapping
from typing import Any

from newsletter.core.links import Links
from newsletter.document import Document
from newsletter.document.fields import Model
from newsletter.document.image import Image
from newsletter.media.models import MediaFile
from newsletter.media.variants import WIDTHS, served
from newsletter.rendering.render_input import MediaImage

_WORDS = ("alt", "caption", "credit", "licence")


def media_image(links: Links, row: MediaFile, width: int = WIDTHS[0]) -> MediaImage:
    """A stored image as it is shown, at most `width` pixels wide."""
    shown = served(links, row, width)
    return MediaImage(shown.url, shown.width, shown.height, row.alt)


def with_library_texts(document: Document, media: Mapping[str, MediaFile]) -> Document:
    """`document`, in which each uploaded image without own words has those of the library.

    `media` holds the library's rows by source (`media:…`). What an editor wrote in the document always wins.
    """
    return _filled(document, media) if media else document


def _filled(model: Any, media: Mapping[str, MediaFile]) -> Any:
    if isinstance(model, Image):
        row = media.get(model.src)
        missing = [name for name in _WORDS if row is not None and not getattr(model, name)]
        return model.model_copy(update={name: getattr(row, name) for name in missing}) if missing else model
    if isinstance(model, tuple):
        return tuple(_filled(entry, media) for entry in model)
    if not isinstance(model, Model):
        return model
    held = {name: getattr(model, name) for name in type(model).model_fields}
    changed = {name: new for name, value in held.items() if (new := _filled(value, media)) is not value}
    return model.model_copy(update=changed) if changed else model

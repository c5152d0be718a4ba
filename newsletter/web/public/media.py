"""Images: `/media/<key>/<width>.<ext>`. Their names say their content, so they may be kept for ever."""

from flask import Blueprint, Response, abort

from newsletter.core.errors import Missing
from newsletter.media.files import MediaFiles
from newsletter.media.picture import EXTENSIONS
from newsletter.media.store import find_media
from newsletter.media.variants import variant
from newsletter.web.current import settings
from newsletter.web.database import session

blueprint = Blueprint("media", __name__)


@blueprint.get("/media/<key>/<int:width>.<extension>")
def show(key: str, width: int, extension: str) -> Response:
    """The image, at most `width` pixels wide."""
    try:
        row = find_media(session(), key)
        if EXTENSIONS[row.format] != extension:
            abort(404)
        octets = variant(MediaFiles(settings().media_dir), row, width)
    except Missing:
        abort(404)
    response = Response(octets, mimetype=f"image/{row.format}")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Mail programs on the web show it from their own origin.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response

"""What `public/base.html` wants to know about the publication whose page it frames."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from newsletter.core.errors import Missing
from newsletter.media.picture import EXTENSIONS
from newsletter.media.store import find_media
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscription
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.public.style import style_url

LOGO_WIDTH = 300  # pixels; shown 36 pixels high


def frame(publication: Publication) -> dict[str, Any]:
    """The template variables of a page that wears the publication's name, logo, colours and fonts."""
    return {
        "publication": publication,
        # By path, not by PUBLIC_URL: our content security policy allows the origin the page came from.
        "publication_style_url": style_url(publication),
        "publication_fonts": bool(publication.theme_tokens.get("headline_font")),
        "publication_logo_url": _logo_url(publication.logo),
        "home_url": links().archive(publication.slug),
        "footer_links": _footer_links(publication),
    }


def frame_of_reader(subscriptions: Sequence[Subscription]) -> dict[str, Any]:
    """Who reads one publication sees its branding; who reads several sees that of the installation."""
    return frame(subscriptions[0].publication) if len(subscriptions) == 1 else {}


def _footer_links(publication: Publication) -> list[tuple[str, str]]:
    if not publication.suggestions:
        return []
    return [(_("Suggest a link"), url_for("suggest.show", slug=publication.slug))]


def _logo_url(key: str) -> str | None:
    if not key:
        return None
    try:
        row = find_media(session(), key)
    except Missing:
        return None
    return url_for("media.show", key=row.key, width=LOGO_WIDTH, extension=EXTENSIONS[row.format])

"""One story in a section."""

from newsletter.document.fields import Blurb, Line, Model, WebUrl
from newsletter.document.image import Image
from newsletter.document.provenance import Provenance


class Item(Model):
    """A headline, its link, a blurb, and who reported it."""

    headline: Line = ""
    """The linked line."""
    url: WebUrl = ""
    """Where the story is."""
    blurb: Blurb = ""
    """One or two sentences; bold, italic, links, lists and line breaks in Markdown."""
    provenance: Provenance = Provenance()
    """Outlet, attribution style, byline and date."""
    image: Image | None = None
    """The item's picture, where it has one."""
    untracked: bool = False
    """True: clicks on this link are not counted, whatever the publication counts."""

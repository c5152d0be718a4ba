"""An image and where it comes from."""

from newsletter.document.fields import ImageSource, Line, Model, Pixels, ShortLine


class Image(Model):
    """A picture with its words: `https://…`, or `media:KEY` for an uploaded one."""

    src: ImageSource = ""
    """Address of the image: https://… or media:KEY."""
    alt: Line = ""
    """What the image shows, for people who cannot see it."""
    caption: Line = ""
    """The line under the image."""
    credit: ShortLine = ""
    """Who made it."""
    licence: ShortLine = ""
    """The terms it is used under, such as CC BY 4.0."""
    width: Pixels | None = None
    """Width in pixels, where known."""
    height: Pixels | None = None
    """Height in pixels, where known."""

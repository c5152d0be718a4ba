"""Uploaded images: remove metadata, convert them to formats that mail programs show, and resize them.

Only the pixels are kept. Position, camera and owner (EXIF, XMP, comments) are left out, the orientation that
a camera only noted is applied, colours are converted to sRGB, and WebP becomes JPEG, PNG or GIF, because
Outlook for Windows does not show it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from newsletter.core.errors import Refused
from newsletter.media.pixels import in_8_bits, in_srgb

MOST_OCTETS = 20_000_000
MOST_PIXELS = 40_000_000  # over all frames of an animation
EXTENSIONS = {"jpeg": "jpg", "png": "png", "gif": "gif"}

_READ = ("JPEG", "PNG", "GIF", "WEBP")
_SPOKEN = "JPEG, PNG, GIF or WebP"
# What broken or hostile files make Pillow raise while they are decoded.
_BROKEN = (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, OverflowError, EOFError)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """An image file made by us. `format` is jpeg, png or gif; width and height are in pixels."""

    format: str
    octets: bytes
    width: int
    height: int


def sanitise_image(octets: bytes) -> Picture:
    """The picture in an uploaded file, with nothing in it but its pixels; `Refused` says why it is none."""
    if len(octets) > MOST_OCTETS:
        raise Refused("image_too_large", f"The image is larger than {MOST_OCTETS // 1_000_000} MB.")
    try:
        with _opened(octets) as image:
            kind = _kind(image)
            if kind == "gif":
                return _write_frames([_upright(frame) for frame in _frames(image)], image.info.get("loop"))
            return _write(in_srgb(in_8_bits(_upright(image))), kind)
    except _BOMB as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise Refused("not_an_image", f"This file is not a {_SPOKEN} image.") from error
    except _BROKEN as error:
        raise Refused("broken_image", "This image is damaged: it cannot be shown.") from error


def resize_image(octets: bytes, width: int) -> Picture:
    """A picture that `sanitise_image` made, at most `width` pixels wide; never made larger."""
    with _opened(octets) as image:
        kind = _kind(image)
        if image.width <= width:
            return Picture(kind, octets, image.width, image.height)
        size = (width, max(1, round(image.height * width / image.width)))
        if kind == "gif":
            frames = [frame.resize(size, Image.Resampling.LANCZOS) for frame in _frames(image)]
            return _write_frames(frames, image.info.get("loop"))
        return _write(in_8_bits(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0), kind)


def _opened(octets: bytes) -> Image.Image:
    image = Image.open(BytesIO(octets), formats=_READ)
    if image.width * image.height * getattr(image, "n_frames", 1) > MOST_PIXELS:
        raise _too_many_pixels()
    return image


def _too_many_pixels() -> Refused:
    return Refused(
        "image_too_many_pixels",
        f"The image has more than {MOST_PIXELS // 1_000_000} million pixels. Make it smaller first.",
    )


def _kind(image: Image.Image) -> str:
    """The format to keep an image in."""
    if getattr(image, "is_animated", False) and image.format != "MPO":
        return "gif"
    if image.format in {"PNG", "GIF"}:
        return image.format.lower()
    return "png" if image.has_transparency_data else "jpeg"


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(image):
        yield frame.convert("RGBA" if frame.has_transparency_data else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    assert upright is not None  # noqa: S101 - it is only None when asked to work in place
    return upright


def _write(image: Image.Image, kind: str) -> Picture:
    options: dict[str, Any] = {}
    if kind == "jpeg":
        image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
        options = {"quality": 88, "optimize": True, "progressive": True}
    elif kind == "png":
        options = {"optimize": True}
    return _saved(image, kind, lambda bare, file: bare.save(file, kind, **options))


def _write_frames(frames: list[Image.Image], loop: int | None) -> Picture:
    """An animation; each frame is shown as long as before. `loop` 0 is for ever, None plays once."""
    options: dict[str, Any] = {"duration": [frame.info.get("duration", 0) for frame in frames]}
    if loop is not None:
        options["loop"] = loop
    rest = frames[1:]
    if rest:
        options |= {"save_all": True, "append_images": rest, "disposal": 2}
    else:
        options = {}
    return _saved(frames[0], "gif", lambda bare, file: bare.save(file, "gif", **options))


def _saved(image: Image.Image, kind: str, save: Callable[[Image.Image, BytesIO], None]) -> Picture:
    # Pillow would write the profile, comments and EXIF that stand here along.
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    file = BytesIO()
    save(image, file)
    return Picture(kind, file.getvalue(), image.width, image.height)

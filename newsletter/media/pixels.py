"""Pixels as mail programs show them: 8 bits, grey or colour, transparency beside it, in sRGB.

PNG has more kinds (PNG specification, third edition, §4 and §12.4): 1 and 16 bits, palettes, one colour that
stands for transparent. Whatever resizes or converts colours knows only the usual ones, so they come first.
"""

from io import BytesIO

from PIL import Image, ImageCms

_USUAL = ("L", "LA", "RGB", "RGBA")
_WITH_TRANSPARENCY = {
    "1": "LA",
    "L": "LA",
    "RGB": "RGBA",
    "P": "RGBA",
    "PA": "RGBA",
    "La": "LA",
    "RGBa": "RGBA",
}
_COLOUR_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}


def in_8_bits(image: Image.Image) -> Image.Image:
    """`image` as L, LA, RGB, RGBA, or as CMYK with its profile; looks as before."""
    if image.mode.startswith("I;16"):
        return _grey_of_16_bits(image)
    if image.has_transparency_data and image.mode in _WITH_TRANSPARENCY:
        converted = _kept(image, _eight_bit_key(image).convert(_WITH_TRANSPARENCY[image.mode]))
    elif image.mode in _USUAL or image.mode == "CMYK":
        return image
    else:
        converted = _kept(image, image.convert("L" if image.mode in ("1", "I", "F") else "RGB"))
    converted.info.pop("transparency", None)  # it is in the pixels now
    return converted


def in_srgb(image: Image.Image) -> Image.Image:
    """`image`, as `in_8_bits` makes it, in sRGB instead of the colours of its profile; transparency stays.

    A profile says how colours look, never how transparent they are (ICC.1 §8). One that is broken, or for
    another kind of colour, is left out.
    """
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = _COLOUR_SPACES[source.profile.xcolor_space.strip()]
        if mode == "CMYK" != image.mode:
            return image
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image.convert(mode), source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, KeyError):
        return image
    assert converted is not None  # noqa: S101 - it is only None when asked to work in place
    if alpha:
        converted.putalpha(alpha)
    return converted


def _grey_of_16_bits(image: Image.Image) -> Image.Image:
    deep = image.convert("I")  # the mode whose values Pillow looks up in a table of 65,536
    grey = deep.point([round(value / 257) for value in range(65_536)], "L")
    key = image.info.get("transparency")
    if isinstance(key, int):
        alpha = deep.point([0 if value == key else 255 for value in range(65_536)], "L")
        grey.putalpha(alpha)
    return _kept(image, grey)


def _eight_bit_key(image: Image.Image) -> Image.Image:
    """`image` with its transparent colour in 8 bits, as Pillow reads the pixels of 16-bit colour."""
    key = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(key, tuple) and max(key) > 255:
        image = image.copy()
        image.info["transparency"] = tuple(value >> 8 for value in key)
    return image


def _kept(image: Image.Image, converted: Image.Image) -> Image.Image:
    converted.info = {name: value for name, value in image.info.items() if name != "transparency"}
    return converted

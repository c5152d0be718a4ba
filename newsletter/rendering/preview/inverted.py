"""An email as a mail program shows it that inverts colours by itself, whatever dark scheme the email has.

An approximation of full inversion, which the Gmail app on iOS and Outlook on Windows do: each colour that CSS
or an old attribute gives keeps its hue and gets the opposite lightness, so that light grounds become dark and
dark ones light; images stay as they are, and `prefers-color-scheme` never matches. Outlook.com inverts light
grounds only, which looks the same where an email has no dark ones. Each program has its own formula, none of
which is published; ours keeps what the channels differ by, and white becomes the near-black `#141414`.

Sources: litmus.com/blog/the-ultimate-guide-to-dark-mode-for-email-marketers (who inverts what),
caniemail.com/features/css-at-media-prefers-color-scheme (who heeds the email's own scheme).
"""

import re
from functools import lru_cache

from lxml import etree
from tinycss2.color4 import parse_color

BLACKEST = 20 / 255  # of each channel of what white becomes

_DARK_MEDIA = re.compile(r"\(\s*prefers-color-scheme\s*:[^)]*\)", re.IGNORECASE)
_NEVER = "(max-width:0px)"
_DECLARATION = re.compile(
    r"(?P<name>[\w-]*(?:color|background|border|outline|shadow|decoration)[\w-]*\s*:)(?P<value>[^;{}]*)",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"url\([^)]*\)|\"[^\"]*\"|'[^']*'"  # no colours: left alone
    r"|#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|(?:rgb|hsl)a?\([^)]*\)|(?<![\w-])[a-z]+(?![\w(-])",
    re.IGNORECASE,
)
_SPACES = ("srgb", "hsl", "hwb")
_ATTRIBUTES = ("bgcolor", "color", "text", "link")
_PAPER = "background-color:#ffffff;color:#000000;"  # what an email has that says nothing


def inverted(html: str) -> str:
    """`html`, a whole document, in the colours of a program that inverts them."""
    root = etree.fromstring(html, etree.HTMLParser())
    for style in root.iter("style"):
        style.text = _inverted_css(_DARK_MEDIA.sub(_NEVER, style.text or ""))
    for meta in list(root.iter("meta")):
        if meta.get("name") in ("color-scheme", "supported-color-schemes"):
            meta.getparent().remove(meta)
    body = root.find("body")
    if body is not None:
        body.set("style", _PAPER + (body.get("style") or ""))
    for element in root.iter(etree.Element):
        _invert_attributes(element)
    written: str = etree.tostring(root, method="html", encoding="unicode")
    return f"<!DOCTYPE html>\n{written}"


@lru_cache(maxsize=512)
def inverted_colour(colour: str) -> str:
    """A CSS colour (CSS Color 4) with the opposite lightness; any other word as it is."""
    parsed = parse_color(colour)
    if parsed is None or parsed == "currentcolor" or not parsed.alpha or parsed.space not in _SPACES:
        return colour
    channels = [min(1, max(0, channel or 0)) for channel in parsed.to("srgb").coordinates]
    change = 1 - max(channels) - min(channels)  # of all channels alike, so that the hue stays
    opposite = [BLACKEST + (1 - BLACKEST) * (channel + change) for channel in channels]
    shares = [*opposite, *([parsed.alpha] if parsed.alpha < 1 else [])]
    return "#" + "".join(f"{round(255 * share):02x}" for share in shares)


def _invert_attributes(element: etree._Element) -> None:
    if style := element.get("style"):
        element.set("style", _inverted_css(style))
    for name in _ATTRIBUTES:
        if colour := element.get(name):
            element.set(name, inverted_colour(colour))


@lru_cache(maxsize=1024)  # an email repeats its styles
def _inverted_css(css: str) -> str:
    """`css` with each colour in the values of its declarations inverted."""
    css = css.replace("color-scheme: light dark", "color-scheme: light")
    return _DECLARATION.sub(
        lambda found: found["name"] + _COLOUR.sub(lambda colour: inverted_colour(colour[0]), found["value"]),
        css,
    )

"""What the design tokens of a theme may be: a value that is not of its kind could break the whole email."""

import re
from collections.abc import Mapping

from newsletter.core.text import CONTROL_IN_LINES
from newsletter.rendering.colour import HEX

LONGEST_FONTS = 200
LONGEST_ALT = 200
# What a theme may show beside the document. Contents: `titles` is a line of the sections' titles in the
# designed part, `list` a list in both parts and on the web. The header image stands above the publication's
# name, or instead of it.
CHOICES = {
    "reading_time": ("no", "yes"),
    "contents": ("none", "titles", "list"),
    "header_place": ("above", "instead"),
}
# The least and the most pixels. Wider emails are cut off in the reading panes of desktop programs.
PIXELS = {"email_width": (520, 720), "corners": (0, 16), "header_width": (80, 720)}
PICTURES = ("header_image", "header_dark")

# One family of a list: quoted, or words that CSS takes for a name (CSS Fonts 4 §2.1.1). Anything else would
# void the whole declaration that it stands in, with its size and weight.
_WORD = r"-?[A-Za-z_][A-Za-z0-9_-]*"
_FAMILY = re.compile(rf"'[A-Za-z0-9 _-]*[A-Za-z][A-Za-z0-9 _-]*'|{_WORD}(?: {_WORD})*")
_RESERVED = {"inherit", "initial", "unset", "revert", "revert-layer", "default"}
_KEY = re.compile(r"[0-9a-f]{1,64}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_SHORT_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_PIXELS = re.compile(r"0*([0-9]{1,4}?) *(?:px)?")


def problems_of(chosen: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each token of `chosen`, in a sentence; `known` are all that there are."""
    problems = {name: problem for name, value in chosen.items() if (problem := _problem(name, value, known))}
    if "header_image" in chosen.keys() - problems and "header_alt" not in chosen:
        problems["header_alt"] = "Enter an alt text: many readers see it in place of the header image."
    return problems


def spelled(name: str, value: str) -> str:
    """The value of a token as it is kept: a colour in six small digits, pixels as a plain number."""
    if name in PIXELS:
        number = _PIXELS.fullmatch(value)
        return number[1] if number else value
    if not _is_colour(name):
        return value
    match = _SHORT_HEX.fullmatch(value)
    if match is None:
        return value
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _is_colour(name: str) -> bool:
    return not (name.endswith("_font") or name in {*CHOICES, *PIXELS, *PICTURES, "header_alt"})


def _problem(name: str, value: str, known: Mapping[str, str]) -> str:
    if name not in known:
        return "There is no design token of this name."
    if name in CHOICES:
        return "" if value in CHOICES[name] else f"Choose one of: {', '.join(CHOICES[name])}."
    if name in PIXELS:
        return _problem_of_pixels(value, *PIXELS[name])
    if name == "header_alt":
        return _problem_of_alt(value)
    if name in PICTURES:
        fits, sentence = bool(_KEY.fullmatch(value)), "Choose an image from the media library."
    elif name.endswith("_font"):
        fits, sentence = _is_font_list(value), "Use font names and commas only, names with digits in quotes."
    else:
        fits, sentence = bool(HEX.fullmatch(value)), "Enter a colour like #b5321c."
    return "" if fits else sentence


def _problem_of_pixels(value: str, least: int, most: int) -> str:
    in_range = _NUMBER.fullmatch(value) and least <= int(value) <= most
    return "" if in_range else f"Enter a whole number of pixels from {least} to {most}."


def _problem_of_alt(value: str) -> str:
    if CONTROL_IN_LINES.search(value):
        return "Remove the control characters from this text."
    return "" if len(value) <= LONGEST_ALT else f"Use at most {LONGEST_ALT} characters."


def _is_font_list(value: str) -> bool:
    families = [family.strip() for family in value.split(",")]
    return len(value) <= LONGEST_FONTS and all(
        _FAMILY.fullmatch(family) and not _RESERVED.intersection(family.lower().split())
        for family in families
    )

"""Colours that can be read: contrast as WCAG 2.2 measures it, and the nearest colour that has enough."""

import re

HEX = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5  # WCAG 2.2, success criterion 1.4.3


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(colour: str, *grounds: str) -> str:
    """`colour`, made darker or lighter in small steps until it can be read on each of `grounds`.

    Grounds are expected to be all light or all dark; black or white is the last resort.
    """
    goal = "#000000" if all(_luminance(ground) > 0.18 for ground in grounds) else "#ffffff"
    for step in range(0, 101, 4):
        mixed = mix(colour, goal, step / 100)
        if all(contrast(mixed, ground) >= READABLE for ground in grounds):
            return mixed
    return goal


def ink_on(ground: str, dark: str = "#1a1815", light: str = "#ffffff") -> str:
    """Whichever of `dark` and `light` can be read better on `ground`; black where neither can be read."""
    best = light if contrast(light, ground) >= contrast(dark, ground) else dark
    return best if contrast(best, ground) >= READABLE else "#000000"


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [_linear(channel / 255) for channel in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

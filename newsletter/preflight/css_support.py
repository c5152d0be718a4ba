"""CSS in style attributes that large mail programs do not support, where that does harm.

Which program supports what is from caniemail.com (npm package `caniemail`, MIT), reduced when the front end
is built (`assets/scripts/css-support.mjs`). What is lost quietly, such as round corners, shadows or the
thickness of an underline, is no problem: here is only what takes a layout apart, or colours away.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from newsletter.core.paths import static_dir

FILE = "css-support.json"

# How each feature, by its name there, is recognised in a declaration, `property:value` in lower case.
_HARMFUL = {
    "css-aspect-ratio": r"aspect-ratio:",
    "css-background-image": r"background(?:-image)?:.*url\(",
    "css-block-inline-size": r"(?:block|inline)-size:",
    "css-clip-path": r"clip-path:",
    "css-column-count": r"column(?:s|-count):",
    "css-conic-gradient": r".*conic-gradient\(",
    "css-display-flex": r"display:(?:inline-)?flex",
    "css-display-grid": r"display:(?:inline-)?grid",
    "css-filter": r"filter:",
    "css-float": r"float:(?!none)",
    "css-function-clamp": r".*\bclamp\(",
    "css-function-light-dark": r".*\blight-dark\(",
    "css-function-max": r".*\bmax\(",
    "css-function-min": r".*\bmin\(",
    "css-gap": r"(?:row-|column-)?gap:",
    "css-inset": r"inset:",
    "css-intrinsic-size": r".*\b(?:fit|min|max)-content\b",
    "css-left-right-top-bottom": r"(?:left|right|top|bottom):",
    "css-linear-gradient": r".*linear-gradient\(",
    "css-margin-block-start-end": r"margin-block-(?:start|end):",
    "css-margin-inline-block": r"margin-(?:inline|block):",
    "css-margin-inline-start-end": r"margin-inline-(?:start|end):",
    "css-mask-image": r"mask(?:-image)?:",
    "css-modern-color": r".*\b(?:ok)?l(?:ch|ab)\(",
    "css-object-fit": r"object-fit:",
    "css-padding-block-start-end": r"padding-block-(?:start|end):",
    "css-padding-inline-block": r"padding-(?:inline|block):",
    "css-padding-inline-start-end": r"padding-inline-(?:start|end):",
    "css-position": r"position:(?!static)",
    "css-radial-gradient": r".*radial-gradient\(",
    "css-rgba": r".*\brgba\(",
    "css-transform": r"transform:(?!none)",
    "css-unit-calc": r".*\bcalc\(",
    "css-unit-rem": r".*\d\s*rem\b",
    "css-unit-vh": r".*\dvh\b",
    "css-unit-vw": r".*\dvw\b",
    "css-variables": r"(?:--|.*\bvar\()",
    "css-visibility": r"visibility:(?!visible)",
    "css-writing-mode": r"writing-mode:(?!horizontal)",
}
_STYLE = re.compile(r"<[a-z][^<>]*?\sstyle=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class Feature:
    """What it is called, and the mail programs that do not support it."""

    title: str
    unsupported: tuple[str, ...]


@cache
def load_features(folder: Path | None = None) -> Mapping[str, Feature]:
    """The features that some large mail program does not support, by their names at caniemail.com."""
    text = ((folder or static_dir()) / FILE).read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    return {
        name: Feature(facts["title"], tuple(facts["unsupported"]))
        for name, facts in features.items()
        if name in _HARMFUL
    }


def harmful_css(html: str, features: Mapping[str, Feature]) -> Iterator[tuple[str, Feature]]:
    """Each feature of `features` that style attributes of `html` use, with the first declaration of it."""
    found: dict[str, str] = {}
    for declaration in dict.fromkeys(_declarations(html)):
        for name, pattern in _patterns().items():
            if name in features and name not in found and pattern.match(declaration):
                found[name] = declaration
    yield from ((declaration, features[name]) for name, declaration in found.items())


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _HARMFUL.items()}


def _declarations(html: str) -> Iterator[str]:
    for style in dict.fromkeys(match[1] or match[2] or "" for match in _STYLE.finditer(html)):
        for declaration in _STRING.sub('""', unescape(style)).split(";"):
            name, separator, value = declaration.partition(":")
            if separator:
                yield f"{name.strip().lower()}:{' '.join(value.split()).lower()}"

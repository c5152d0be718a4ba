"""Which font draws which characters. All are under the SIL Open Font License 1.1, beside them in `fonts/`.

They came with the npm packages `@fontsource/newsreader`, `noto-serif`, `noto-naskh-arabic` and
`noto-serif-hebrew`. What none of them has, such as emoji and Chinese, is left out: no empty boxes.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont, features

FOLDER = Path(__file__).parent / "fonts"
# In the order in which they are asked.
FILES = (
    "newsreader-latin",
    "newsreader-latin-ext",
    "newsreader-vietnamese",
    "noto-serif-cyrillic",
    "noto-serif-greek",
    "noto-naskh-arabic-arabic",
    "noto-serif-hebrew-hebrew",
)
# Their letters have to be joined or turned round, which only Raqm does.
RIGHT_TO_LEFT_FILES = {"noto-naskh-arabic-arabic", "noto-serif-hebrew-hebrew"}
_NO_CHARACTER = "\uffff"
_TRIAL_SIZE = 40  # pixels


@dataclass(frozen=True)
class Run:
    """Characters that are drawn with one font."""

    text: str
    file: str


@cache
def has_raqm() -> bool:
    """Whether Pillow can shape text: its wheels can, where the system has FriBiDi."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=64)
def load_font(file: str, size: int) -> ImageFont.FreeTypeFont:
    """A font of `FILES`, `size` pixels high. Fonts are not for several threads at a time."""
    return ImageFont.truetype(FOLDER / f"{file}-500-normal.woff2", size)


def runs_of(text: str) -> list[Run]:
    """`text` in runs of one font each, without the characters that no font has."""
    runs: list[Run] = []
    for character in unicodedata.normalize("NFC", text):
        file = _file_for(character, runs[-1].file if runs else "")
        if file and runs and runs[-1].file == file:
            runs[-1] = Run(runs[-1].text + character, file)
        elif file:
            runs.append(Run(character, file))
    return runs


def _file_for(character: str, current: str) -> str:
    """The font for `character`, if possible the one that is in use; empty where there is none."""
    files = FILES if has_raqm() else [file for file in FILES if file not in RIGHT_TO_LEFT_FILES]
    ordered = (current, *files) if current else files
    return next((file for file in ordered if _has(file, character)), "")


@lru_cache(maxsize=5_000)
def _has(file: str, character: str) -> bool:
    """Whether the font draws something else for `character` than for what is no character."""
    font = load_font(file, _TRIAL_SIZE)
    drawn, missing = font.getmask(character), font.getmask(_NO_CHARACTER)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)

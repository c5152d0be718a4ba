"""Which characters the octets of a file stand for: UTF-8, UTF-16, or what an older program wrote."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.core.charsets import text_charset
from newsletter.core.errors import Refused

CHUNK = 1 << 20  # octets
SAMPLE = 200_000  # octets with characters beyond ASCII, to guess a charset by
LEGACY = "cp1252"  # Windows in western Europe, where nothing can be guessed
CENTRAL = "cp1250"  # its namesake for Polish, Czech, Hungarian, …
_BEGINNINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Where a letter would stand. `\w` has signs for numbers, too; quotes and apostrophes stand in words as well.
_sign_in_word = re.compile(r"(?<=[^\W\d_])(?:[^\x00-\x7f\w’‘]|[²³¹¼½¾])(?=[^\W\d_])|£(?=[a-z])")
_no_octets = re.compile("[\udc80-\udcff]")  # what `surrogateescape` makes of octets that are not UTF-8


@dataclass(frozen=True)
class Charset:
    """`encoding` is Python's name of it; `lines` is how many the file has."""

    encoding: str
    lines: int


def chosen_charset(name: str) -> str:
    """Python's name of a charset that somebody chose, empty for none; `Refused` for one that is none."""
    if not name:
        return ""
    found = text_charset(name)
    if not found:
        sentence = f"“{name[:40]}” is no character set. Use a name such as utf-8, cp1250 or shift-jis."
        raise Refused("unknown_charset", sentence, {"charset": sentence})
    return found


def find_charset(path: Path, called: str) -> Charset:
    """Read the whole file once. Raises `Refused` when it cannot be read.

    A file that is UTF-8 but for some of its lines stays UTF-8: those lines are told one by one.
    """
    try:
        with path.open("rb") as file:
            first = file.read(4096)
    except OSError as error:
        raise Refused("unreadable_file", f"{called} cannot be read: {error.strerror}.") from error
    encoding = next((name for mark, name in _BEGINNINGS if first.startswith(mark)), "") or _utf_16(first)
    if encoding and encoding != "utf-8-sig":
        return Charset(encoding, sum(chunk.count("\n") for chunk in _texts(path, encoding)) + 1)
    return _count(path)


def is_broken(text: str) -> bool:
    """Whether something in it is not of the file's charset."""
    return not text.isascii() and _no_octets.search(text) is not None


def _count(path: Path) -> Charset:
    breaks, last, broken, sound, sample = 0, "\n", 0, 0, bytearray()
    for chunk in _texts(path, "utf-8"):
        breaks += chunk.count("\n")
        last = chunk[-1:]
        if not chunk.isascii():
            bad = len(_no_octets.findall(chunk))
            broken += bad
            # In UTF-8 whatever is beyond ASCII is sound; in other charsets hardly anything is.
            sound += sum(not character.isascii() for character in chunk) - bad
            if bad and len(sample) < SAMPLE:
                sample += "".join(line for line in chunk.splitlines(True) if is_broken(line)).encode(
                    "utf-8", "surrogateescape"
                )[:SAMPLE]
    lines = breaks + (last != "\n")
    return Charset("utf-8-sig" if broken <= sound else _guess(bytes(sample)), lines)


def _texts(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _utf_16(first: bytes) -> str:
    """UTF-16 without its mark: every other octet of Latin letters is 0."""
    if len(first) < 4 or first.count(0) < len(first) // 4:
        return ""
    return "utf-16-be" if first[0] == 0 else "utf-16-le"


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # its tables are large, and rarely needed

    # Few octets could be anything: then what most programs write.
    best = from_bytes(sample).best() if sum(octet > 0x7F for octet in sample) >= 20 else None
    if best is None or best.encoding == "utf_8":
        return LEGACY
    if best.encoding in {"latin_1", "iso8859_15", "cp1250", "cp1252"}:
        return CENTRAL if _signs_in_words(sample, LEGACY) > _signs_in_words(sample, CENTRAL) else LEGACY
    return best.encoding


def _signs_in_words(sample: bytes, encoding: str) -> int:
    """How often something beyond ASCII that is no letter stands between letters, as in `Micha³owicz`.

    Both charsets have letters from 0xC0 on, so Hungarian is not told from Western languages by this.
    """
    return len(_sign_in_word.findall(sample.decode(encoding, "replace")))

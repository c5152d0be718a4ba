"""Encoded words: text beyond ASCII in headers (RFC 2047), folded into lines that mail programs accept.

An encoded word has at most 75 characters and never splits a character; a line that holds one has at most 76.
"""

import base64
import re

_LINE = 76
_BARE = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!*+-/")
_Q = {octet: chr(octet) if octet in _BARE else f"={octet:02X}" for octet in range(256)} | {0x20: "_"}
_EMPTY_WORD = len("=?utf-8?q??=")
_is_literal = re.compile(r"[!-~]{1,60}(?: [!-~]{1,60})*").fullmatch


def is_literal(text: str) -> bool:
    """Whether `text` may stand in an unstructured header as it is.

    What looks like an encoded word is not literal: written as it is, a reader would decode it to something
    else, line breaks included (CVE-2024-6923).
    """
    return not text or ("=?" not in text and _is_literal(text) is not None)


def encode_unstructured(name: str, text: str) -> bytes:
    """The whole header `name: text`, folded, with its CRLF; `text` holds no control characters."""
    if not is_literal(text):
        words = encode_words(text, first_column=len(name) + 2)
        return f"{name}: {words}\r\n".encode("ascii")
    line = f"{name}: {text}"
    if len(line) <= _LINE:
        return f"{line}\r\n".encode("ascii")
    return f"{_fold(name, text)}\r\n".encode("ascii")


def encode_words(text: str, first_column: int) -> str:
    """`text` as encoded words joined by folding white space, to stand from `first_column` of a header line.

    Uses whichever of Q and B is shorter for the whole text, and in Q only the characters that are allowed
    everywhere, also in a display name (RFC 2047 §5 (3)).
    """
    octets = text.encode("utf-8", "replace")
    q = _to_q(octets)
    room = min(75, _LINE - first_column) - _EMPTY_WORD
    by_q = len(q) <= -(-len(octets) // 3) * 4
    if by_q and len(q) <= room:
        return f"=?utf-8?q?{q}?="
    words: list[str] = []
    chunk: list[bytes] = []
    used = 0
    for character in text:
        encoded = character.encode("utf-8", "replace")
        cost = len(_to_q(encoded)) if by_q else len(encoded)
        if chunk and used + cost > (room if by_q else room // 4 * 3):
            words.append(_word(b"".join(chunk), by_q))
            chunk, used = [], 0
            room = 75 - _EMPTY_WORD
        chunk.append(encoded)
        used += cost
    words.append(_word(b"".join(chunk), by_q))
    return "\r\n ".join(words)


def _to_q(octets: bytes) -> str:
    return octets.decode("latin-1").translate(_Q)


def _word(octets: bytes, by_q: bool) -> str:
    if by_q:
        return f"=?utf-8?q?{_to_q(octets)}?="
    return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="


def _fold(name: str, text: str) -> str:
    """Break before spaces; unfolding takes the line breaks out again and nothing else (RFC 5322 §2.2.3)."""
    first, *rest = text.split(" ")
    lines = [f"{name}: {first}"]
    for word in rest:
        if len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append(f" {word}")
        else:
            lines[-1] += f" {word}"
    return "\r\n".join(lines)

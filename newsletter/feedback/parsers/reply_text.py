"""The reply of a server within a text: its code, its enhanced code, and what it says after them."""

import re
from dataclasses import dataclass

# A code and a word, an enhanced code or a sign after it: `550 5.1.1 …`, `550-"…`, `550 #5.1.0 …`, `(550)`.
_CODE = re.compile(
    r"(?:(?<=^)|(?<=[\s:;'\"(=>,]))([45][0-7][0-9])(?:[ \t\n-]{1,3}['\"]?#?\(?(?=[45]\.\d"
    r"|[A-Za-z<\"'\[#(]|[^\x00-\x7f])|(?=$|[\])]))",
    re.MULTILINE,
)
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_UNITS = re.compile(
    r"[45]\d\d[ -](?:kb|mb|k?bytes?|characters|messages|recipients|seconds|minutes|days)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class RemoteReply:
    """What a server answered. `smtp_code` None, `code` empty: there was none. `text`: from the reply on."""

    smtp_code: int | None
    code: str
    text: str


def read_remote_reply(text: str) -> RemoteReply:
    """The first reply that stands in `text`, else what its enhanced code says of it."""
    for found in _CODE.finditer(text):
        if not _UNITS.match(text, found.start(1)):
            rest = text[found.start(1) :]
            enhanced = ENHANCED.search(rest[:60])
            before = ENHANCED.search(text) if enhanced is None else enhanced
            return RemoteReply(int(found[1]), before[1] if before else "", rest)
    enhanced = ENHANCED.search(text)
    return RemoteReply(None, enhanced[1] if enhanced else "", text)


def has_reply(text: str) -> bool:
    """Whether a reply, or an enhanced code, stands in `text`."""
    reply = read_remote_reply(text)
    return reply.smtp_code is not None or bool(reply.code)

"""The mailbox as files: one `<id>.eml` for each message, which any mail program opens.

An id is the time of receipt (UTC) and a counter, so that names sort by time. The file's first line is a
header of ours with the envelope in JSON, the rest are the bytes as received; it appears by a rename, so
whoever sees it sees all of it.
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

from newsletter.core.errors import Missing

MESSAGE_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9]{6}")
TIME = "%Y%m%dT%H%M%S%f"
ENVELOPE = b"X-Mailbox-Envelope: "
HEADER_LIMIT = 64 * 1024  # bytes read of each message for the list


@dataclass(frozen=True)
class Summary:
    """A message in the list. `size` is in bytes; `sender` and `recipients` are of the envelope (RFC 5321)."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    size: int
    subject: str
    from_header: str


@dataclass(frozen=True)
class CaughtMessage:
    """A message and its envelope; `raw` is what came after DATA, dots unstuffed."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def list_messages(folder: Path, limit: int = 50, before: str | None = None) -> list[Summary]:
    """The newest `limit` messages, newest first; with `before`, those older than that id."""
    ids = message_ids(folder)
    if before is not None:
        ids = [found for found in ids if found < before]
    summaries = (_summary(folder, found) for found in reversed(ids))
    listed: list[Summary] = []
    for summary in summaries:
        if len(listed) >= limit:
            break
        if summary is not None:  # None: removed since the folder was read
            listed.append(summary)
    return listed


def read_message(folder: Path, message_id: str) -> CaughtMessage:
    """The message `message_id`; `Missing` when it is not there, or is no id at all."""
    try:
        if not MESSAGE_ID.fullmatch(message_id):
            raise FileNotFoundError
        first, raw = _split((folder / f"{message_id}.eml").read_bytes())
    except FileNotFoundError:
        raise Missing("mailbox_message", "This message is no longer in the mailbox.") from None
    sender, recipients = _envelope(first)
    return CaughtMessage(message_id, _received_at(message_id), sender, recipients, raw)


def read_recipients(folder: Path, message_id: str) -> tuple[str, ...]:
    """The recipients of the message's envelope; none when it is not there any more."""
    try:
        with (folder / f"{message_id}.eml").open("rb") as file:
            return _envelope(file.readline())[1]
    except FileNotFoundError:
        return ()


def clear(folder: Path) -> int:
    """Remove every message; says how many there were."""
    ids = message_ids(folder)
    for message_id in ids:
        remove(folder, message_id)
    return len(ids)


def message_ids(folder: Path) -> list[str]:
    """The ids of all messages, oldest first; none when the folder does not exist yet."""
    if not folder.is_dir():
        return []
    stems = (path.stem for path in folder.glob("*.eml"))
    return sorted(stem for stem in stems if MESSAGE_ID.fullmatch(stem))


def remove(folder: Path, message_id: str) -> None:
    """Remove one message, if it is there."""
    (folder / f"{message_id}.eml").unlink(missing_ok=True)


def write_message(
    folder: Path, sender: str, recipients: list[str], raw: bytes, *, now: datetime, counter: int
) -> str:
    """Keep a message and return its id; `counter` tells messages of the same microsecond apart."""
    message_id = f"{now.astimezone(UTC).strftime(TIME)}-{counter % 1_000_000:06d}"
    folder.mkdir(parents=True, exist_ok=True)
    envelope = json.dumps({"sender": sender, "recipients": recipients}).encode("ascii")
    unfinished = folder / f"{message_id}.new"
    unfinished.write_bytes(b"".join((ENVELOPE, envelope, b"\r\n", raw)))
    unfinished.rename(folder / f"{message_id}.eml")
    return message_id


def _summary(folder: Path, message_id: str) -> Summary | None:
    path = folder / f"{message_id}.eml"
    try:
        with path.open("rb") as file:
            first = file.readline()
            start = file.read(HEADER_LIMIT)
            size = os.fstat(file.fileno()).st_size - len(first)
    except FileNotFoundError:
        return None
    sender, recipients = _envelope(first)
    headers = BytesHeaderParser(policy=policy.SMTP).parsebytes(start)
    return Summary(
        id=message_id,
        received_at=_received_at(message_id),
        sender=sender,
        recipients=recipients,
        size=size,
        subject=_header(headers, "Subject"),
        from_header=_header(headers, "From"),
    )


def _header(headers: Message, name: str) -> str:
    """A header for people; what cannot be decoded is shown as it came."""
    try:
        return str(headers.get(name, ""))
    except Exception:  # the standard parser answers malformed headers with errors of many kinds
        raw = (value for key, value in headers.raw_items() if key.lower() == name.lower())
        return str(next(raw, ""))


def _split(content: bytes) -> tuple[bytes, bytes]:
    """Our first line, and the message."""
    first, _, raw = content.partition(b"\n")
    return first, raw


def _envelope(first: bytes) -> tuple[str, tuple[str, ...]]:
    """The sender and the recipients; a file that somebody else put there has none."""
    if not first.startswith(ENVELOPE):
        return "", ()
    envelope = json.loads(first.removeprefix(ENVELOPE))
    return str(envelope["sender"]), tuple(map(str, envelope["recipients"]))


def _received_at(message_id: str) -> datetime:
    return datetime.strptime(message_id.split("-", maxsplit=1)[0], TIME).replace(tzinfo=UTC)

"""What a sink took: one record per recipient, written before the reply that takes the message."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

# Half of json.dumps() is finding out what it was given.
_quoted = json.encoder.encode_basestring


class Record(NamedTuple):
    """One accepted copy. `content`: the octets without dot-stuffing, where the sink keeps them."""

    recipient: str
    message_id: str
    sender: str
    size: int
    connection: int
    content: bytes | None = None


@dataclass
class Counts:
    """Totals of a sink. `lost`: connections that ended without QUIT, whoever ended them."""

    connections: int = 0
    lost: int = 0
    messages: int = 0
    octets: int = 0

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Recorder:
    """Appends records to a list, a file of JSON lines, or both.

    Each `add` is one unbuffered append: what was written survives the death of the process; with `fsync`
    that of the machine.
    """

    def __init__(self, path: Path | None, *, remember: bool, fsync: bool) -> None:
        self.remembered: list[Record] = []
        self._remember = remember
        self._fsync = fsync
        self._file = (
            None if path is None else os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        )

    def add(self, records: list[Record]) -> None:
        """Returns when `records` are where they shall be. Raises `OSError` when the disk refuses them."""
        if self._file is not None:
            self._append(self._file, "".join(map(_line, records)).encode("utf-8", "surrogateescape"))
        if self._remember:
            self.remembered.extend(records)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, file: int, octets: bytes) -> None:
        written = 0
        try:
            while written < len(octets):
                written += os.write(file, octets[written:])
            if self._fsync:
                os.fsync(file)
        except OSError:
            if written:  # what is not accepted must not stand there, least of all half of it
                os.ftruncate(file, os.fstat(file).st_size - written)
            raise


def read_records(path: Path) -> Iterator[Record]:
    """The records in a sink's file, in the order in which they were taken; a torn last line is left out."""
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            data = json.loads(line.decode("utf-8", "surrogateescape"))
            content = data.pop("content", None)
            yield Record(**data, content=None if content is None else base64.b64decode(content))


def _line(record: Record) -> str:
    recipient, message_id, sender, size, connection, content = record
    kept = "" if content is None else f', "content": "{base64.b64encode(content).decode()}"'
    return (
        f'{{"recipient": {_quoted(recipient)}, "message_id": {_quoted(message_id)}, '
        f'"sender": {_quoted(sender)}, "size": {size}, "connection": {connection}{kept}}}\n'
    )

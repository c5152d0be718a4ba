"""The tally: a small local file in which the holder of a window notes each delivery as it happens.

The database cannot be asked before and after each message, and need not be: a window's tally says, for each
member, whether its message may have left (`D`, written before its first byte goes to the kernel) and what was
answered (`R`, straight after the reply). It is exclusively locked by its holder, so whoever obtains the lock
knows that the holder is dead. A record has 16 bytes at a fixed position: one unbuffered `pwrite`, and nothing
that a crash of the process could leave half done.
"""

import fcntl
import json
import os
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from newsletter.mailings.models import Outcome
from newsletter.sending.hosts import boot_id
from newsletter.smtp.verdict import Reason

MAGIC = b"NLTALLY1"
HEADER = struct.Struct(">8sI")  # magic, length of the JSON that follows
# mark, outcome, code, enhanced code (class, subject, detail), reason's number, padding
RECORD = struct.Struct(">ccHBHHB6x")
ALIGN = 16

BLANK, STARTED, ANSWERED = b"\0", b"D", b"R"
BLANK_RECORD = bytes(RECORD.size)
STARTED_RECORD = STARTED.ljust(RECORD.size, b"\0")
CODE_BY_OUTCOME = {
    Outcome.SENT: b"s",
    Outcome.REJECTED: b"x",
    Outcome.RETRY: b"t",
    Outcome.PENDING: b"p",  # refused, but not for a reason of their own: given back
}
OUTCOME_BY_CODE = {outcome_code: outcome for outcome, outcome_code in CODE_BY_OUTCOME.items()}
# Each tally carries this list, so that one written by another version still reads right.
WORDS = ("", *(reason.value for reason in Reason))
NUMBERS = {word: number for number, word in enumerate(WORDS)}


@dataclass(frozen=True, slots=True)
class Line:
    """What a tally, or a decision made without one, says about a delivery."""

    outcome: Outcome
    reason: str = ""
    code: int | None = None
    enhanced: str = ""
    attempted: bool = True  # False: it was never put to a server


UNTOUCHED = Line(Outcome.PENDING, attempted=False)
UNKNOWN = Line(Outcome.UNANSWERED)


class Tally:
    """A tally that this process writes, locked as long as it is open."""

    def __init__(self, path: Path, descriptor: int, offset: int, positions: dict[int, int]) -> None:
        self.path = path
        self._descriptor = descriptor
        self._offset = offset
        self._positions = positions
        self.answers = 0  # how many it has noted so far

    @classmethod
    def create(cls, folder: Path, window_id: str, mailing_id: int, seqs: list[int]) -> "Tally":
        """A new tally for these deliveries, wholly allocated: a full disk is met here, before anything is
        reserved, never between a message and its record. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{window_id}.tally"
        header_fields = {"boot": boot_id(), "window": window_id, "mailing": mailing_id, "seqs": seqs}
        header = _padded(HEADER, json.dumps(header_fields | {"words": WORDS}).encode())
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write_whole(descriptor, header + bytes(RECORD.size * len(seqs)))
        except BaseException:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        return cls(path, descriptor, len(header), {seq: position for position, seq in enumerate(seqs)})

    def started(self, seq: int) -> None:
        """Note that the message to `seq` is about to leave. No note, no message: raises `OSError`."""
        self._write(seq, STARTED_RECORD)

    def answered(self, seq: int, line: Line) -> None:
        """Note what became of `seq`."""
        self._write(seq, _record(line))
        self.answers += 1

    def take_back(self, seq: int) -> None:
        """Note that `seq` is untouched again: the server's answers prove that its message never left."""
        self._write(seq, BLANK_RECORD)

    def lines(self) -> dict[int, Line]:
        """What the tally says of each delivery, for its own holder."""
        size = RECORD.size * len(self._positions)
        return _lines(os.pread(self._descriptor, size, self._offset), self._positions, WORDS)

    def close(self) -> None:
        """Give up the lock; the file stays until its window is settled. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close it and delete the file: the ledger has all it says, or its window never came to be."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, seq: int, record: bytes) -> None:
        position = self._offset + RECORD.size * self._positions[seq]
        if os.pwrite(self._descriptor, record, position) != RECORD.size:
            message = f"the tally {self.path} took half a record"
            raise OSError(message)


@dataclass(frozen=True)
class TallyReading:
    """A dead holder's tally, read under its lock."""

    same_boot: bool
    lines: dict[int, Line]


class TallyLocked(Exception):
    """The tally is locked: its holder lives (or is only stopped), and keeps its right to send."""


def read(path: Path) -> TallyReading:
    """What a tally says, if nobody holds it.

    Raises `TallyLocked`, `FileNotFoundError`, and `ValueError` for a damaged one.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TallyLocked(str(path)) from None
        octets = path.read_bytes()
    finally:
        os.close(descriptor)
    try:
        magic, length = HEADER.unpack_from(octets)
        header_fields = json.loads(octets[HEADER.size : HEADER.size + length])
        seqs, words, boot = header_fields["seqs"], header_fields["words"], header_fields["boot"]
    except (struct.error, ValueError, KeyError) as error:
        message = f"{path} is not a tally"
        raise ValueError(message) from error
    if magic != MAGIC:
        message = f"{path} is not a tally"
        raise ValueError(message)
    records = octets[_aligned(HEADER.size + length) :]
    positions = {seq: position for position, seq in enumerate(seqs)}
    return TallyReading(boot == boot_id(), _lines(records, positions, tuple(words)))


def _lines(records: bytes, positions: dict[int, int], words: tuple[str, ...]) -> dict[int, Line]:
    size = RECORD.size
    known: dict[bytes, Line] = {}  # of a window's hundred records nearly all say the same
    lines = {}
    for seq, position in positions.items():
        record = records[position * size : (position + 1) * size]
        line = known.get(record)
        if line is None:
            line = known[record] = _line(record, words)
        lines[seq] = line
    return lines


@lru_cache(maxsize=512)
def _record(line: Line) -> bytes:
    parts = [int(part) for part in line.enhanced.split(".")] if line.enhanced else [0, 0, 0]
    return RECORD.pack(
        ANSWERED, CODE_BY_OUTCOME[line.outcome], line.code or 0, *parts, NUMBERS.get(line.reason, 0)
    )


def _line(record: bytes, words: tuple[str, ...]) -> Line:
    if len(record) < RECORD.size:
        return UNKNOWN  # cut short: what stood here is lost
    mark, outcome_code, code, klass, subject, detail, word = RECORD.unpack(record)
    if mark == BLANK:
        return UNTOUCHED
    if mark != ANSWERED or outcome_code not in OUTCOME_BY_CODE:
        return UNKNOWN
    outcome = OUTCOME_BY_CODE[outcome_code]
    return Line(
        outcome,
        words[word] if word < len(words) else "",
        code or None,
        f"{klass}.{subject}.{detail}" if klass else "",
        attempted=outcome is not Outcome.PENDING,
    )


def _aligned(size: int) -> int:
    return -(-size // ALIGN) * ALIGN


def _padded(header: struct.Struct, body: bytes) -> bytes:
    whole = header.pack(MAGIC, len(body)) + body
    return whole.ljust(_aligned(len(whole)), b" ")


def _write_whole(descriptor: int, octets: bytes) -> None:
    while octets:
        octets = octets[os.write(descriptor, octets) :]

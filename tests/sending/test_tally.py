"""What a window's holder notes, and what is read from it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.mailings.models import Outcome
from newsletter.sending.tally import UNKNOWN, UNTOUCHED, Line, Tally, read
from newsletter.sending.transmit import TallyJournal
from newsletter.smtp.reply import Reply
from newsletter.smtp.verdict import SENT

ANSWERED = Line(Outcome.SENT, code=250, enhanced="2.0.0")


@contextmanager
def room_for(octets: int) -> Iterator[None]:
    """No file of this process may grow beyond: as on a disk that is full, with another errno."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_never_left_is_untouched_again(tmp_path: Path) -> None:
    tally = Tally.create(tmp_path, "window", 1, [7, 8, 9])
    journal = TallyJournal(tally)
    for seq in (7, 8, 9):
        journal.handing_over(seq)
    journal.answered(7, SENT, Reply(250, "OK", "2.0.0"))
    journal.never_left(8)
    assert tally.lines() == {7: ANSWERED, 8: UNTOUCHED, 9: UNKNOWN}
    tally.close()
    assert read(tally.path).lines == {7: ANSWERED, 8: UNTOUCHED, 9: UNKNOWN}


def test_what_was_taken_back_may_be_handed_over_again(tmp_path: Path) -> None:
    tally = Tally.create(tmp_path, "window", 1, [7])
    tally.started(7)
    tally.take_back(7)
    tally.started(7)
    assert tally.lines() == {7: UNKNOWN}
    tally.answered(7, ANSWERED)
    assert tally.lines() == {7: ANSWERED}
    tally.close()


def test_another_file_in_its_place_is_no_tally(tmp_path: Path) -> None:
    tally = Tally.create(tmp_path, "w", 1, [1])
    tally.close()
    octets = tally.path.read_bytes()
    tally.path.write_bytes(b"NLTALLY0" + octets[8:])
    with pytest.raises(ValueError, match="is not a tally"):
        read(tally.path)


def test_one_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    Tally.create(tmp_path, "w", 1, [1]).close()
    with pytest.raises(OSError, match="File exists"):
        Tally.create(tmp_path, "w", 1, [1])
    assert [path.name for path in tmp_path.iterdir()] == ["w.tally"]


def test_one_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    with room_for(100), pytest.raises(OSError, match="File too large"):
        Tally.create(tmp_path, "w", 1, [1])
    assert list(tmp_path.iterdir()) == []
    Tally.create(tmp_path, "w", 1, [1]).discard()


def test_half_a_record_is_an_error_so_that_the_message_does_not_leave(tmp_path: Path) -> None:
    tally = Tally.create(tmp_path, "w", 1, [7, 8])
    with room_for(tally.path.stat().st_size - 8):
        tally.started(7)
        with pytest.raises(OSError, match="took half a record"):
            tally.started(8)
    tally.discard()

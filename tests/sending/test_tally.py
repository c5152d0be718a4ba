"""What a window's holder notes, and what is read from it."""

from pathlib import Path

from newsletter.mailings.models import Outcome
from newsletter.sending.tally import UNKNOWN, UNTOUCHED, Line, Tally, read
from newsletter.sending.transmit import TallyJournal
from newsletter.smtp.reply import Reply
from newsletter.smtp.verdict import SENT

ANSWERED = Line(Outcome.SENT, code=250, enhanced="2.0.0")


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

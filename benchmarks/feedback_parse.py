"""How many messages that come back are read a second of CPU: bounces, complaints, answers and replies.

Promised: 500 a second. The ratio is to the library's parser alone, on the same messages in the same run.
"""

import sys
import time
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from newsletter.feedback.parsers import parse
from newsletter.smtp.wordings import wordings_of
from tests.feedback.reports import complaint, dsn, notice, person

PROMISED = 500
ROUNDS = 150
BODY = "A line of the newsletter that was returned, as long as such lines are.\n" * 60


def messages(number: int) -> list[bytes]:
    """One of each kind, different in each round, so that nothing is known from before."""
    who = f"reader{number}"
    return [
        dsn(f"smtp; 550 5.1.1 <{who}@a.example> User unknown in table {number}", text=BODY),
        dsn(f"smtp; 554 5.7.1 Message {number} rejected as spam", status="5.7.1"),
        notice(f"Hi. This is qmail.\n\n<{who}@a.example>:\nNo mailbox by that name. (#5.1.1)\n\n{BODY}"),
        notice(f"Das Postfach von {who} des Empfängers ist leider voll.", charset="iso-8859-1"),
        complaint(),
        person(f"I am away until day {number}.", subject="Out of office"),
        person(f"Thank you for number {number}!"),
    ]


def rate(read: Callable[[bytes], object], raws: list[bytes]) -> float:
    start = time.process_time()
    for raw in raws:
        read(raw)
    return len(raws) / (time.process_time() - start)


def main() -> None:
    raws = [raw for number in range(ROUNDS) for raw in messages(number)]
    library = rate(message_from_bytes, raws)
    wordings_of.cache_clear()
    ours = rate(parse, raws)
    print(f"feedback parse: {ours:,.0f} messages/s (promised {PROMISED:,})")
    print(f"the library's parser alone: {library:,.0f}/s, {library / ours:.1f} times as many")


if __name__ == "__main__":
    main()

"""Failpoints: named places in the protocol where a test can let the process die, stop or fail.

They are free when off: a place is `if failpoints.armed: failpoints.reach("…")`. `FAILPOINTS` arms them:
`turn.committing=kill` at the first time, `transmit.answered=kill@7` at the seventh, `transmit.started=stop`
for SIGSTOP, `turn.committed=error` for an OSError.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable

from newsletter.core.errors import Refused

NAMES = frozenset(
    {
        "freeze.chunk",  # a chunk is written and not committed
        "freeze.complete",  # the audience is frozen, the message compiled, nothing committed
        "turn.committing",  # done windows are settled and fresh ones reserved, nothing committed
        "turn.committed",  # … and committed; the tallies of the done windows are still there
        "transmit.begin",  # a window was taken up, none of its messages has started
        "transmit.started",  # `D` is written, no octet of the message has left
        "transmit.answered",  # the reply is read, `R` is not written
        "transmit.noted",  # `R` is written
        "recover.committing",  # a lost window is settled and not committed
        "mailbox.seen",  # a message of the IMAP mailbox is marked as seen, and not taken
        "mailbox.fetched",  # … is read
        "mailbox.taken",  # … is committed, and not moved
        "mailbox.moved",  # … is moved
        "feedback.judged",  # what came back is read, and not written down
        "feedback.committing",  # what came back is written down with what follows, and not committed
        "unsubscribe.kept",  # an unsubscribe is in the spool and not answered
    }
)
ACTIONS = frozenset({"kill", "stop", "error"})

armed: dict[str, tuple[str, int]] = {}
_reached: Counter[str] = Counter()
_lock = threading.Lock()


def arm(text: str) -> None:
    """Arm what `text` names, separated by commas, and nothing else. Raises `Refused`."""
    wanted: dict[str, tuple[str, int]] = {}
    for part in filter(None, text.split(",")):
        name, _, what = part.strip().partition("=")
        action, _, time = what.partition("@")
        if name not in NAMES or action not in ACTIONS or not (time or "1").isdecimal():
            raise Refused("failpoint", f"“{part}” is no failpoint; write NAME=kill, stop or error, and @N.")
        wanted[name] = (action, int(time or "1"))
    armed.clear()
    _reached.clear()
    armed.update(wanted)


def reach(name: str, send: Callable[[int, signal.Signals], None] = os.kill) -> None:
    """What happens to the process at `name`, if it is armed and this is the time. Raises `OSError`.

    `send`: sends a signal to the process with an id.
    """
    action, time = armed.get(name, ("", 0))
    if not action:
        return
    with _lock:
        _reached[name] += 1
        due = _reached[name] == time
    if due and action == "error":
        message = f"the failpoint {name}"
        raise OSError(message)
    if due:
        send(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)

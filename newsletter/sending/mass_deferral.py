"""Mass deferral: a transport answers most messages with a temporary refusal (4xx).

It is left alone for a while, instead of a whole list being moved into the queue of retries.
"""

from collections import Counter
from collections.abc import Mapping

from newsletter.mailings.models import Outcome
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line
from newsletter.sending.transmit import TransportFailure
from newsletter.smtp.verdict import Reason

FEWEST = 10
SHARE = 0.5
# Temporary too, but about the person.
ABOUT_A_PERSON = frozenset({Reason.MAILBOX_FULL})


def mass_deferral(window: Window, lines: Mapping[int, Line]) -> TransportFailure | None:
    """The failure that the answers to `window` amount to, or None; `lines` are those of its tally.

    Only of recipients who had their first turn: who was deferred before will often be deferred again.
    """
    if not window.fresh:
        return None
    answers = Counter(lines.values())
    deferred = Counter(
        {line: n for line, n in answers.items() if line.outcome is Outcome.RETRY and _is_general(line)}
    )
    answered = sum(n for line, n in answers.items() if line.attempted)
    if deferred.total() < max(FEWEST, SHARE * answered):
        return None
    line, _ = deferred.most_common(1)[0]
    words = f"{line.code} {line.enhanced}".strip()
    return TransportFailure(f"{window.transport.name} is deferring most messages ({words}).", temporary=True)


def _is_general(line: Line) -> bool:
    return line.code is not None and line.reason not in ABOUT_A_PERSON

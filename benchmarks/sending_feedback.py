"""What tracked links cost the sender, and what it costs that much comes back while a mailing is being sent.

Mailings to one list through the processes of the Procfile, as in `sending.py`, by turns: without tracked
links, with them, and with them while bounces, complaints, posts of a provider, requests to leave and clicks
come in without a pause. The cost of a message is processor time of the sending processes; the cheapest turn
counts.

    python benchmarks/sending_feedback.py [--recipients 50000] [--database postgresql]
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from threading import Event

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rig import judged, machine, sink_process
from benchmarks.sending import Run, installation, send
from newsletter.mailings.totals import read_totals
from newsletter.publications.models import TrackingMode
from newsletter.runtime import Runtime
from tests.databases import BOTH
from tests.faults.feedback import Clicks, ComeBack
from tests.faults.trouble import in_background
from tests.processes import Installation, wait_until

TRACKED = 1.15  # times the cost of a message without tracked links
TURNS = 3
MOST_FEEDBACK = 3_000  # a quarter of it complaints, of which one address takes 1,000 an hour
CLICKS = 1_000  # that are folded together


@contextmanager
def coming_back(runtime: Runtime, mailing_id: int) -> Iterator[None]:
    """Much comes back of the mailing while the block runs."""
    ended = Event()
    come_back = ComeBack(runtime, mailing_id, Random(1))
    clicks = Clicks(runtime, mailing_id, Random(1))

    def is_frozen() -> bool:
        with runtime.session() as session:
            return read_totals(session, mailing_id).candidates > 0

    wait_until(is_frozen)
    join = in_background(
        lambda: come_back.leave(MOST_FEEDBACK, ended.is_set), lambda: clicks.fold(CLICKS, ended.is_set)
    )
    try:
        yield
    finally:
        ended.set()
        done = join()
        print(f"  meanwhile: {', '.join(f'{n:,} × {what}' for what, n in sorted(done.items()))}")


Send = Callable[[Installation, str], Run]
WAYS: dict[str, Send] = {
    "without tracked links": partial(send, tracking=TrackingMode.OFF),
    "with tracked links": partial(send, tracking=TrackingMode.INDIVIDUAL),
    "with tracked links and feedback": partial(send, tracking=TrackingMode.INDIVIDUAL, meanwhile=coming_back),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--database", choices=BOTH, default="postgresql")
    asked = parser.parse_args()
    print(f"On {machine()}, {asked.database}, {asked.recipients:,} recipients")
    costs = dict.fromkeys(WAYS, float("inf"))
    with sink_process() as sink, installation(asked.database, asked.recipients, sink, "chunking") as made:
        for turn in range(TURNS):
            for number, (name, one) in enumerate(WAYS.items()):
                run = one(made, f"issue-{turn}-{number}")
                costs[name] = min(costs[name], run.cost)
                print(f"  {name}: {run.rate:,.0f}/s, {run.cost:.0f} µs for each", flush=True)
    plain, *others = costs.items()
    for name, cost in others:
        ratio = cost / plain[1]
        print(f"  a message {name}: {ratio:.2f} × (at most {TRACKED}): {judged(TRACKED, ratio)}")


if __name__ == "__main__":
    main()

"""Beat only ticks: every ten seconds it queues the sweep, in case the timer of `workers.periodic` is late."""

from newsletter import jobs
from newsletter.sending.check_runner import TICK_SECONDS

SCHEDULE = {
    "sweep": {
        "task": jobs.sweep.name,
        "schedule": TICK_SECONDS,
        # A tick that was not taken before the next one is worth nothing.
        "options": {"queue": jobs.sweep.queue.value, "expires": TICK_SECONDS},
    }
}

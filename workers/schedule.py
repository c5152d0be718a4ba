"""Beat only ticks: every ten seconds the sweep looks into the database for what is due."""

from newsletter import jobs

TICK_SECONDS = 10.0

SCHEDULE = {
    "sweep": {
        "task": jobs.sweep.name,
        "schedule": TICK_SECONDS,
        # A tick that was not taken before the next one is worth nothing.
        "options": {"queue": jobs.sweep.queue.value, "expires": TICK_SECONDS},
    }
}

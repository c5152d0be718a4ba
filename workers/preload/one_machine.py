"""How each queue is served on a single machine: what differs from the Procfile."""

from dataclasses import replace

from workers.layout import WORKERS

_TRANSACTIONAL, *_FURTHER = WORKERS
# The second process for messages comes when one waits, and each does its jobs in its main process.
ON_ONE_MACHINE = (
    replace(_TRANSACTIONAL, processes=0),
    replace(_TRANSACTIONAL, processes=0, on_demand=True, number=2),
    *_FURTHER,
)

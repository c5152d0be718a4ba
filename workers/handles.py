"""`@handles(jobs.x)`: binds a job of the catalogue to the function that does it."""

import inspect
from collections.abc import Callable

from newsletter.core.queue import Job
from workers.app import app

HANDLED: dict[str, Job] = {}


def handles(job: Job) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register the decorated function as the one that does `job`; their arguments must agree."""

    def bind(function: Callable[..., None]) -> Callable[..., None]:
        taken = {name: p.annotation for name, p in inspect.signature(function).parameters.items()}
        if taken != job.arguments:
            message = f"{job.name} is declared with {job.arguments}, handled with {taken}"
            raise TypeError(message)
        app.task(name=job.name)(function)
        HANDLED[job.name] = job
        return function

    return bind

"""Every line that is logged while a job is done carries the id and the name of its task."""

from typing import Any

from celery.signals import task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars


@task_prerun.connect
def _bind(task_id: str, task: Any, **_: Any) -> None:
    # A process does one job after the other: nothing of one that was cut short may be left.
    clear_contextvars()
    bind_contextvars(task_id=task_id, task=task.name)


@task_postrun.connect
def _clear(**_: Any) -> None:
    clear_contextvars()

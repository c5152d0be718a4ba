"""What is logged in a job carries the id and the name of its task, and nothing is left for the next one."""

import structlog
from celery import Celery

from newsletter.core import logs
from tests.logged import logged_lines
from workers import task_id

assert task_id

app = Celery("test")


@app.task(name="some_job")
def some_job() -> None:
    logs.Logger("newsletter.somewhere").warning("at work")


@app.task(name="broken_job")
def broken_job() -> None:
    logs.Logger("newsletter.somewhere").warning("at work")
    message = "broken"
    raise RuntimeError(message)


def test_lines_of_a_job_have_its_id() -> None:
    structlog.contextvars.bind_contextvars(left="behind")
    with logged_lines() as lines:
        first, second = some_job.apply(), broken_job.apply()
        logs.Logger("newsletter.somewhere").warning("afterwards")
    ours = [line for line in lines if line["logger"] == "newsletter.somewhere"]
    assert [(line.get("task_id"), line.get("task")) for line in ours] == [
        (first.id, "some_job"),
        (second.id, "broken_job"),
        (None, None),
    ]
    assert all("left" not in line for line in ours)

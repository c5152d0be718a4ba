"""The Celery application. Engines, sockets and tallies are made in each process, after its fork."""

import sys
from functools import cache
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_process_init

from newsletter.core import logs
from newsletter.core.queue import broker
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.settings import Settings, load_settings
from workers.schedule import SCHEDULE

log = structlog.get_logger(__name__)


@cache
def settings() -> Settings:
    return load_settings()


@cache
def runtime() -> Runtime:
    """This process's runtime. First asked for after the fork."""
    return Runtime(settings())


broker.connect(settings().effective_redis_url)
assert broker.celery is not None  # noqa: S101 - tells the type checker
app: Celery = broker.celery
app.conf.update(
    imports=(
        "workers.transactional",
        "workers.bulk",
        "workers.imports",
        "workers.fetch",
        "workers.periodic",
        "workers.mail",
        "workers.heartbeats",
        "workers.task_id",
    ),
    beat_schedule=SCHEDULE,
    beat_schedule_filename=str(settings().data_dir / "beat-schedule"),
)


@setup_logging.connect
def _structured_logs(**_: Any) -> None:
    logs.configure(settings().log_format)


@worker_process_init.connect
def _open_engine(**_: Any) -> None:
    # A child that cannot make its engine must not take jobs; the main process starts another.
    try:
        runtime.cache_clear()
        runtime().sessions  # noqa: B018
        failpoints.arm(settings().failpoints)
    except Exception:
        log.exception("the worker process cannot start")
        sys.exit(1)

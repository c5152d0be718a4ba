"""The connections of this process to relays, for mailings and system messages."""

from functools import cache
from typing import Any

from celery.signals import worker_process_shutdown

from newsletter.sending.connection_pool import ConnectionPool
from workers.app import settings


@cache
def connections() -> ConnectionPool:
    """The pool of this process; made after the fork."""
    return ConnectionPool(settings().mail_name)


@worker_process_shutdown.connect
def _close(**_: Any) -> None:
    if connections.cache_info().currsize:
        connections().close()

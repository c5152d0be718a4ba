"""Structured logs: one line an event, for people at a terminal and as JSON for machines.

Every line also carries what is bound to its context: `request_id` in a web request
(`newsletter.web.request_id`), `task_id` and `task` in a job (`workers.task_id`).
"""

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from newsletter.core.address_text import hide_addresses

if TYPE_CHECKING:
    import structlog


class Logger:
    """structlog's logger of a module, for modules of every process: structlog comes with its first line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """`debug`, `info`, `warning`, …: take an event, and its facts as keywords."""
        import structlog

        write: Callable[..., Any] = getattr(structlog.get_logger(self._name), method)
        return write


def configure(style: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Send every log, ours and the libraries', to standard error in one style."""
    import structlog

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _hide_addresses,
                _renderer(style),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's, with every address that is named


def _hide_addresses(
    _logger: object, _method: str, facts: "structlog.typing.EventDict"
) -> "structlog.typing.EventDict":
    """Replies of relays and errors repeat addresses, and nobody can be erased from a log."""
    return {name: hide_addresses(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}


def _renderer(style: Literal["console", "json"]) -> "structlog.typing.Processor":
    import structlog

    if style == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        # Local variables hold passwords and addresses: they are not for a log.
        exception_formatter=structlog.dev.plain_traceback,
    )

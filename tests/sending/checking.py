"""The sweep of a process of a test, as the timer of the periodic worker does it."""

from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from newsletter.sending.check_runner import CheckContext, Period
from newsletter.sending.checks import CHECKS
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool


def sweep(sessions: sessionmaker[Session], bulk_processes: int) -> None:
    """Run the checks of the sweep; unlike the timer's, they raise what fails."""
    unused = Path("unused")
    context = CheckContext(
        sessions, bulk_processes, unused, unused, UnsubscribeSpool(unused), recovery_seconds=15
    )
    for check in CHECKS:
        if check.period is Period.SWEEP:
            check.run(context)

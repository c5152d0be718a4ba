"""Commit a turn, and repeat it until what was sent is settled, whatever happens to the database meanwhile."""

from collections.abc import Callable, Sequence
from itertools import chain, repeat

import structlog
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import DATABASE_AWAY
from newsletter.core.shutdown import ShutdownFlag
from newsletter.sending import failpoints
from newsletter.sending.lanes import FinishedWindow
from newsletter.sending.permission import Permission
from newsletter.sending.reserve import Window
from newsletter.sending.restore_guard import RestoreGuard
from newsletter.sending.turn import TurnResult, UnsubscribesWait

log = structlog.get_logger(__name__)

# After these a turn is repeated, without reserving anything.
REPEATED_AFTER = (*DATABASE_AWAY, UnsubscribesWait)
RETRY_PAUSES_SECONDS = (0.1, 0.5, 1, 2, 5)  # the last one repeats
# Whoever is asked to end does not wait for a database that needs a pause as long as this.
SHUTDOWN_PAUSE_SECONDS = 1

TakeTurn = Callable[[Session, Sequence[FinishedWindow], int], TurnResult]


class TurnCommitter:
    """Commits the turns of one drain, and keeps the windows that were reserved and not settled yet.

    `open_session` is called for each attempt; `take_turn` takes a turn in its transaction.
    """

    def __init__(
        self,
        open_session: Callable[[], Session],
        take_turn: TakeTurn,
        guard: RestoreGuard,
        stopping: ShutdownFlag,
    ) -> None:
        self._open_session = open_session
        self._take_turn = take_turn
        self._guard = guard
        self._stopping = stopping
        self._unsettled: dict[str, Window] = {}
        self._settled_answers = 0

    @property
    def answers(self) -> int:
        """How many messages of this drain's windows were answered so far."""
        return self._settled_answers + sum(window.tally.answers for window in self._unsettled.values())

    def commit(self, finished: Sequence[FinishedWindow], wanted: int) -> TurnResult:
        """Take a turn that settles `finished` and reserves up to `wanted` windows, and commit it.

        While there is something to settle, a turn that fails is repeated without reserving. An error of ours
        is in the result's `failure` when everything could be settled nevertheless, and is raised when not, as
        is what the database said last to a process that is asked to end.
        """
        pauses = chain(RETRY_PAUSES_SECONDS, repeat(RETRY_PAUSES_SECONDS[-1]))
        failure: Exception | None = None
        while True:
            turn, pause = TurnResult(), next(pauses)
            try:
                with self._open_session() as session:
                    turn = self._take_turn(session, finished, wanted)
                    session.commit()
            except Exception as error:
                self._abandon(turn)
                if not isinstance(error, REPEATED_AFTER):
                    failure = failure or error
                    if not wanted:
                        raise
                elif not finished:
                    log.warning("nothing is reserved", error=str(error))
                    return TurnResult(permission=Permission.UNKNOWN, failure=failure)
                if self._stopping.is_set() and pause >= SHUTDOWN_PAUSE_SECONDS:
                    raise  # recovery reads the tallies as well
                log.warning("settling is repeated", error=str(error))
                wanted = 0
                clock.sleep(pause)
            else:
                self._note_commit(finished, turn)
                turn.failure = failure
                return turn

    def leave_to_recovery(self) -> None:
        """Give up the lock on the tally of each window that was not settled."""
        for window in self._unsettled.values():
            window.tally.close()

    def _abandon(self, turn: TurnResult) -> None:
        """Whether the commit arrived may be unknown: the tallies stay, and recovery reads them."""
        for window in turn.windows:
            window.tally.close()
        self._guard.in_doubt = True

    def _note_commit(self, finished: Sequence[FinishedWindow], turn: TurnResult) -> None:
        # First: whatever fails from here on, the tallies of what was reserved must not stay locked.
        self._unsettled |= {window.id: window for window in turn.windows}
        if failpoints.armed:
            failpoints.reach("turn.committed")
        for each in finished:
            del self._unsettled[each.window.id]
            self._settled_answers += each.window.tally.answers
            each.window.tally.discard()
        if turn.windows:
            self._guard.remember(turn.windows[0].mailing_id, turn.reservations)

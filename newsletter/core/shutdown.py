"""A flag that says that the process was asked to end (SIGTERM)."""


class ShutdownFlag:
    """Set by whoever hears the signal, asked by whatever takes long.

    A plain attribute, because a signal handler sets it, which may interrupt anything, also itself. Setting a
    `threading.Event` takes a lock, and whoever holds that may be what was interrupted.
    """

    def __init__(self) -> None:
        self._requested = False

    def set(self) -> None:
        self._requested = True

    def clear(self) -> None:
        self._requested = False

    def is_set(self) -> bool:
        return self._requested

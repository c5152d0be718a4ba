"""Run a program that ends when its parent does: `… SIGNAL LOCK PROGRAM [ARGUMENT …]`.

A stand-alone file with nothing but the standard library, because it runs in front of every child process
and must cost next to nothing. The kernel sends the signal (Linux, prctl(2) PR_SET_PDEATHSIG), so it also
works when the parent was killed with SIGKILL. Elsewhere the program simply runs.

The program keeps a shared lock on the file LOCK as long as it lives: whoever gets the exclusive one knows
that none of them is left. `-` means none.
"""

import ctypes
import fcntl
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(how: str, lock: str, arguments: list[str]) -> None:
    """Become the program named in `arguments`, with the signal `how` (`TERM`, `KILL`, …) due at orphaning."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.Signals[f"SIG{how}"], 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    if lock != "-":
        kept = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(kept, fcntl.LOCK_SH)
        os.set_inheritable(kept, True)
    os.execvp(arguments[0], arguments)  # noqa: S606  the caller's own command line, no shell


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

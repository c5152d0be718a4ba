"""What comes before the first process: the database's schema.

And what is done while the web server starts: on the very first start the demo is loaded, and while nobody
owns the installation the link is found with which somebody does.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from newsletter.cli.run.config import leashed
from newsletter.core.errors import OperatorMustAct
from newsletter.settings import Settings

PROGRAM = (sys.executable, "-P", "-c", "from newsletter.cli import main; main()")
# Kept from before the database is made until the demo is in it, so that an interrupted start makes up for it.
DEMO_WANTED = "demo.wanted"


def upgrade_database(settings: Settings, environment: dict[str, str]) -> None:
    """Run `newsletter db upgrade`; `OperatorMustAct` tells why it failed, and where the details are."""
    log = settings.data_dir / "log" / "release.log"
    command = _Command(["db", "upgrade"], environment)
    try:
        code = command.wait()
    except BaseException:
        command.stop()
        raise
    log.write_bytes(command.output())
    if code != 0:
        sentence = _sentence(command.output())
        raise OperatorMustAct("release", sentence or f"The database could not be upgraded: {log} says why.")


def want_demo(settings: Settings) -> None:
    """Remember that the demo is to be loaded, when the embedded database is still to be made."""
    if settings.uses_embedded_database and not (settings.data_dir / "newsletter.db").exists():
        (settings.data_dir / DEMO_WANTED).touch()


class Preparations:
    """What is done while the web server starts: the demo is loaded if it is wanted, the set-up link found.

    `demo`: whether to load the demo where `want_demo` has noted that it is wanted. `notice` tells people.
    """

    def __init__(
        self, settings: Settings, environment: dict[str, str], notice: Callable[[str], None], *, demo: bool
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._notice = notice
        self._wants_demo = demo and (settings.data_dir / DEMO_WANTED).exists()
        self._link: _Command | None = None
        self._demo: _Command | None = None

    def start(self) -> None:
        """Begin; nothing waits for the end."""
        self._link = _Command(["user", "setup-link", "--json"], self._environment)
        if self._wants_demo:
            self._notice("Loading the demo publication.")
            self._demo = _Command(["demo"], self._environment)

    @property
    def finished(self) -> bool:
        """Whether nothing of it runs any more. The demo may fail: the service is complete without it."""
        if self._demo is not None and self._demo.finished:
            self._settle(self._demo)
            self._demo = None
        return self._demo is None and (self._link is None or self._link.finished)

    @property
    def set_up_url(self) -> str | None:
        """Where the first owner is made; None when there is an owner. Known when all is finished."""
        if self._link is None or self._link.code != 0:
            return None
        url = json.loads(self._link.output())["url"]
        return url if isinstance(url, str) else None

    def stop(self) -> None:
        """End what still runs. A demo that was cut short is loaded at the next start."""
        for command in filter(None, (self._demo, self._link)):
            command.stop()

    def _settle(self, demo: "_Command") -> None:
        if demo.code == 0:
            (self._settings.data_dir / DEMO_WANTED).unlink(missing_ok=True)
            return
        log = self._settings.data_dir / "log" / "demo.log"
        log.write_bytes(demo.output())
        reason = _sentence(demo.output()) or f"{log} says why"
        self._notice(f"The demo could not be loaded ({reason.rstrip('.')}); everything else works.")


class _Command:
    """A command of ours that runs beside us."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - read when the command has ended
        self._process = subprocess.Popen(  # noqa: S603  our own command line
            [*leashed(), *PROGRAM, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            process_group=0,
            cwd=Path.cwd(),
        )

    @property
    def finished(self) -> bool:
        return self.code is not None

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.poll()

    def output(self) -> bytes:
        """What it wrote, to standard output and to standard error."""
        self._output.seek(0)
        return self._output.read()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait(self) -> int:
        return self._process.wait()


def _sentence(errors: bytes) -> str | None:
    """The one sentence that a command of ours ends with; nothing when it ended otherwise."""
    lines = os.fsdecode(errors).strip().splitlines()
    mark = "newsletter: "
    return next((line.removeprefix(mark) for line in reversed(lines) if line.startswith(mark)), None)

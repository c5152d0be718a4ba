"""What comes before the first process: the database's schema, and on the very first start the demo.

While nobody owns the installation, each start also finds the link with which somebody does.
"""

import json
import os
import subprocess
import sys
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
    done = _newsletter(["db", "upgrade"], environment)
    log.write_bytes(done.stdout + done.stderr)
    if done.returncode != 0:
        sentence = _sentence(done.stderr)
        raise OperatorMustAct("release", sentence or f"The database could not be upgraded: {log} says why.")


def want_demo(settings: Settings) -> None:
    """Remember that the demo is to be loaded, when the embedded database is still to be made."""
    if settings.uses_embedded_database and not (settings.data_dir / "newsletter.db").exists():
        (settings.data_dir / DEMO_WANTED).touch()


def load_demo(settings: Settings, environment: dict[str, str], notice: Callable[[str], None]) -> None:
    """Run `newsletter demo` where it is wanted. It may fail: the service is complete without it."""
    wanted = settings.data_dir / DEMO_WANTED
    if not wanted.exists():
        return
    notice("Loading the demo publication.")
    done = _newsletter(["demo"], environment)
    if done.returncode == 0:
        wanted.unlink(missing_ok=True)
        return
    (settings.data_dir / "log" / "demo.log").write_bytes(done.stdout + done.stderr)
    reason = _sentence(done.stderr) or f"{settings.data_dir / 'log' / 'demo.log'} says why"
    notice(f"The demo could not be loaded ({reason.rstrip('.')}); everything else works.")


def set_up_link(environment: dict[str, str]) -> str | None:
    """Where the first owner is made, from `newsletter user setup-link`; None when there is an owner."""
    done = _newsletter(["user", "setup-link", "--json"], environment)
    if done.returncode != 0:
        return None
    url = json.loads(done.stdout)["url"]
    return url if isinstance(url, str) else None


def _newsletter(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603  our own command line
        [*leashed(), *PROGRAM, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        process_group=0,
        cwd=Path.cwd(),
    )


def _sentence(errors: bytes) -> str | None:
    """The one sentence that a command of ours ends with; nothing when it ended otherwise."""
    lines = os.fsdecode(errors).strip().splitlines()
    mark = "newsletter: "
    return next((line.removeprefix(mark) for line in reversed(lines) if line.startswith(mark)), None)

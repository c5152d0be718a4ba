"""The supervisor's configuration for a run.

Everything that may hold an odd character (a space, `%`, `;`, letters beyond ASCII) travels in the environment
and is named by `%(ENV_…)s`: the configuration's own syntax cannot quote all of them. Log files are relative
to the data directory, where the supervisor is started: it expands their names twice.
"""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from newsletter.cli.run import end_with_parent
from newsletter.cli.run.programs import Program
from newsletter.settings import Settings

# Tries before the supervisor would give up. It waits one second longer after each, so that it never does.
RETRIES = 1_000_000
ROOT_IS_DISCOURAGED = "ignore:You're running the worker with superuser privileges"

HEAD = """\
[supervisord]
nodaemon=true
silent=true
{user}umask=077
logfile=log/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile=%(ENV_NEWSLETTER_RUN_FOLDER)s/supervisord.pid
childlogdir=log
"""

GROUP = """
[group:{name}]
programs={programs}
priority={priority}
"""

# A signal to a whole group cuts the work of children that do not expect it: main processes tell theirs.
PROGRAM = """
[program:{name}]
command=%(ENV_NEWSLETTER_RUN_COMMAND_{NAME})s
directory=%(ENV_NEWSLETTER_RUN_DIRECTORY)s
autorestart=true
startsecs={start}
startretries={retries}
stopwaitsecs={stop}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile=log/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def configuration(programs: list[Program], *, as_root: bool) -> str:
    """The text of the configuration file: ASCII, and the same for every place."""
    text = HEAD.format(user="user=root\n" if as_root else "")
    # Groups stop one after the other, last one first; the members of a group stop together.
    for priority, (group, is_part) in enumerate((("parts", True), ("service", False)), start=1):
        names = [program.name for program in programs if program.part is is_part]
        if names:
            text += GROUP.format(name=group, programs=",".join(names), priority=priority)
    for program in programs:
        text += PROGRAM.format(
            name=program.name,
            NAME=program.name.upper(),
            start=program.start_seconds,
            stop=program.stop_seconds,
            retries=RETRIES,
        )
    return text


def environment(
    settings: Settings, programs: list[Program], children_lock: Path, outer: Mapping[str, str]
) -> dict[str, str]:
    """What the supervisor and its children find: `outer`, the settled settings, and each command line."""
    values = {
        **settled(settings, outer),
        "NEWSLETTER_RUN_FOLDER": str(settings.runtime_dir),
        "NEWSLETTER_RUN_DIRECTORY": str(Path.cwd()),
    }
    for program in programs:
        command = shlex.join((*leashed("TERM", str(children_lock)), *program.arguments))
        values[f"NEWSLETTER_RUN_COMMAND_{program.name.upper()}"] = command
    return values


def web_answers(settings: Settings) -> Path:
    """The file whose existence says that the web server has answered."""
    return settings.runtime_dir / "web.answers"


def leashed(how: str = "TERM", lock: str = "-") -> tuple[str, ...]:
    """What stands in front of a command line that must not outlive its parent; see `end_with_parent`."""
    return (sys.executable, "-I", "-S", end_with_parent.__file__, how, lock)


def settled(settings: Settings, outer: Mapping[str, str]) -> dict[str, str]:
    """`outer` with what the settings made of it, for everything that this run starts."""
    values = {
        **outer,
        "DATA_DIR": str(settings.data_dir),
        "LOG_FORMAT": outer.get("LOG_FORMAT") or "console",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    if os.geteuid() == 0:  # messages are JSON only, which is what the warning is about
        warnings = [part for part in (outer.get("PYTHONWARNINGS"), ROOT_IS_DISCOURAGED) if part]
        values["PYTHONWARNINGS"] = ",".join(warnings)
    return values

"""Start the supervisor, show what its programs write, and stop it in order."""

import http.client
import subprocess
import time

from newsletter.cli.run.config import configuration, environment, leashed, web_answers
from newsletter.cli.run.follow import Follower
from newsletter.cli.run.lock import DataLock
from newsletter.cli.run.output import Output, notice
from newsletter.cli.run.programs import PYTHON, Program
from newsletter.cli.run.release import Preparations
from newsletter.cli.run.stop import StopSignals
from newsletter.settings import Settings

TICK = 0.2  # seconds between two looks
LONGEST_PAUSE = 30.0  # seconds before a supervisor that ended is started again, at most
SLOW_START = 60.0  # seconds after which a web server that does not answer is worth a sentence


class Supervision:
    """One supervisord with its programs. What happens to it happens in `run`, from this thread only."""

    def __init__(
        self,
        settings: Settings,
        programs: list[Program],
        lock: DataLock,
        outer: dict[str, str],
        preparations: Preparations,
        *,
        as_root: bool,
        verbose: bool,
    ) -> None:
        self.settings = settings
        self.preparations = preparations
        self.lock = lock
        self.log = settings.data_dir / "log" / "supervisor.err"
        self.config = settings.runtime_dir / "supervisord.conf"
        self.config.write_text(configuration(programs, as_root=as_root), encoding="ascii")
        self.environment = environment(settings, programs, lock.children_path, outer)
        names = [program.name for program in programs]
        self.output = Output([*names, "supervisor"])
        self.follower = Follower(settings.data_dir / "log", [*names, "supervisor"], everything=verbose)
        self.answered = self.greeted = self.warned = False
        self.pause = 1.0

    def run(self, stop: StopSignals) -> None:
        """Keep everything running until somebody asks to stop, then stop everything."""
        process = self._start()
        self.preparations.start()
        while not stop.requests:
            time.sleep(TICK)
            self._show()
            self._greet()
            if process.poll() is not None:
                self._pause_after_end(process, stop)
                process = process if stop.requests else self._start()
        self.preparations.stop()
        self._stop(process)
        self.follower.close()

    def _start(self) -> subprocess.Popen[bytes]:
        supervisord = [*PYTHON, "supervisor.supervisord", "--nodaemon"]
        web_answers(self.settings).unlink(missing_ok=True)
        self.answered = self.warned = False
        self.began = time.monotonic()
        with self.log.open("wb") as log:
            return subprocess.Popen(  # noqa: S603  our own command line
                [*leashed(), *supervisord, "--configuration", self.config],
                env=self.environment,
                cwd=self.settings.data_dir,
                stdin=self.lock.descriptor,  # so it holds the lock, too, should it outlive this process
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C at the terminal is for us alone
            )

    def _pause_after_end(self, process: subprocess.Popen[bytes], stop: StopSignals) -> None:
        """The supervisor ended without being asked: its children end with it, then it starts anew."""
        reason = self.log.read_text(errors="replace").strip()
        why = f" ({reason.splitlines()[0][:300]})" if reason else ""
        notice(f"The supervisor ended with code {process.returncode}{why}. Starting it again.")
        earliest = time.monotonic() + self.pause
        while not stop.requests and (time.monotonic() < earliest or not self.lock.wait_for_children(TICK)):
            time.sleep(TICK)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        notice("Stopping: the workers finish what they have started.")
        process.terminate()
        while process.poll() is None:
            time.sleep(TICK)
            self._show()
        if not self.lock.wait_for_children(patience=5):
            notice("Some processes have not ended yet; a new run will wait for them.")
        self._show()
        notice("Stopped.")

    def _show(self) -> None:
        for line in self.follower.new_lines():
            self.output.line(line)

    def _greet(self) -> None:
        """Once for each supervisor, when the web server answers, or when it should have long ago.

        The first time what goes on beside its start must have ended, too: what is said then is complete.
        """
        if self.answered:
            return
        if self.preparations.finished and _answers(self.settings):
            self.answered = True
            self.pause = 1.0
            web_answers(self.settings).touch()
            if not self.greeted:
                self.output.ready(self.settings, local_url(self.settings), self.preparations.set_up_url)
            self.greeted = True
        elif time.monotonic() - self.began > SLOW_START and not self.warned:
            self.warned = True
            log = self.settings.data_dir / "log" / "service.log"
            notice(f"The web server has not answered for {SLOW_START:.0f} seconds; {log} may say why.")


def local_url(settings: Settings) -> str:
    """Where a browser on this machine finds the web server."""
    host = _local_host(settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _local_host(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  listened on, not connected to


def _answers(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(_local_host(settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

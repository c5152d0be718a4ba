"""How light the service is: a run with all embedded parts when nothing happens, its start, and commands.

Memory is PSS, of everything that `newsletter run` starts and of itself. Times are wall clock: the machine has
to be quiet, so the load is printed, too. `--rest SECONDS`: how long it idles before memory is read.
"""

import argparse
import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.rig import machine
from tests.cli.run.running import TITLE, Run, wait_until

MOST_MB = 350.0
MOST_READY_SECONDS = 6.0
MOST_COMMAND_SECONDS = 0.7
TRIES = 5  # of which the quickest counts
COMMANDS = ("--help", "issue list --json", "subscribers count --publication coalition-weekly --json")
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (ROOT / "newsletter", ROOT / "workers")
NEWSLETTER = (sys.executable, "-P", "-c", "from newsletter.cli import main; main()")


def pss_mb(pid: int) -> float:
    """The proportional set size of a process in MB (proc(5), smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def report(what: str, figure: float, most: float, unit: str) -> None:
    verdict = "met" if figure <= most else "MISSED"
    print(f"  {what}: {figure:.2f} {unit} (at most {most:g}): {verdict}")


def measure_start(run: Run) -> None:
    """From the command to the panel, on a data directory that does not exist yet."""
    began = time.perf_counter()
    run.start()
    wait_until(lambda: TITLE in run.said(), run.said)
    report(
        "ready on a new data directory, with the demo", time.perf_counter() - began, MOST_READY_SECONDS, "s"
    )


def measure_memory(run: Run, rest: float) -> None:
    wait_until(lambda: "periodic@" in run.logged("service"), run.said)
    time.sleep(rest)
    assert run.process is not None
    pids = [run.process.pid, *run.processes()]
    report(f"idle, {len(pids)} processes, PSS", sum(map(pss_mb, pids)), MOST_MB, "MB")


def measure_commands(environment: dict[str, str]) -> None:
    for command in COMMANDS:
        quickest = min(_seconds(command.split(), environment) for _ in range(TRIES))
        report(f"newsletter {command}", quickest, MOST_COMMAND_SECONDS, "s")


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [*NEWSLETTER, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rest", type=float, default=30.0, help="Seconds of idling before memory is read.")
    rest = parser.parse_args().rest
    # As in an installation, where pip has compiled everything, whatever PYTHONDONTWRITEBYTECODE says here.
    for package in PACKAGES:
        compileall.compile_dir(package, quiet=1)
    print(f"On {machine()}; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="newsletter-idle-") as folder:
        run = Run(Path(folder, "var"), Path(folder, "said.txt"), demo=True, BULK_PROCESSES="")
        try:
            measure_start(run)
            measure_memory(run, rest)
            measure_commands(run.environment)
            began = time.perf_counter()
            run.stop()
            print(f"  stopped in {time.perf_counter() - began:.1f} s")
        finally:
            run.clean_up()


if __name__ == "__main__":
    main()

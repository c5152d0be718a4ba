"""The first start prints where the owner's account is made; later starts do not."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.cli.run.running import Run, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc"),
]


def test_the_link_of_the_first_start(tmp_path: Path) -> None:
    run = Run(tmp_path / "var", tmp_path / "first.txt").start()
    try:
        run.wait_until_healthy()
        (link,) = re.findall(r"^http://\S+/set-up/\S+$", run.said(), re.MULTILINE)
        wait_until(lambda: "periodic@" in run.logged("workers"), run.said)
        assert run.said().splitlines()[-1] == link  # what is logged does not push it away
        with urllib.request.urlopen(link, timeout=30) as answer:
            assert "Make the account and start" in answer.read().decode()
        program = "from newsletter.cli import main; main()"
        made = subprocess.run(
            [sys.executable, "-P", "-c", program, "user", "create", "a@example.org", "--role", "owner"],
            env=run.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        assert f"http://127.0.0.1:{run.port}/invitation/" in made.stdout
        run.stop()
        again = Run(tmp_path / "var", tmp_path / "second.txt", PORT=str(run.port)).start()
        try:
            again.wait_until_healthy()
            assert "set-up" not in again.said()
        finally:
            again.clean_up()
    finally:
        run.clean_up()

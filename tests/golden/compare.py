"""Comparing a text with its golden file."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def assert_golden(name: str, actual: str) -> None:
    """`actual` is what `tests/golden/<name>` holds, to the byte."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="")
    assert path.exists(), f"there is no golden file {name}: UPDATE_GOLDEN=1 writes it"
    assert actual == path.read_bytes().decode("utf-8")

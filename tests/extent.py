"""How much the tests do: what every change must pass, or with `SOAK=1` all of it at length (`make soak`)."""

import os
from typing import TypeVar

T = TypeVar("T")

SOAK = os.environ.get("SOAK") == "1"
BUSY = 1.0  # seconds that a busy machine may add to what is measured


def usual(here: T, *, soak: T) -> T:
    """`here` in `make test`, `soak` in `make soak`."""
    return soak if SOAK else here

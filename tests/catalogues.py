"""Compile the message catalogues before the tests, where no build has, or they were edited since."""

import os
from io import BytesIO

from babel.messages.mofile import write_mo

from scripts.catalogues import catalogues, load


def compile_stale() -> None:
    """Bring each `.mo` up to date with its `.po`; several test processes may do so at once."""
    for path in catalogues().values():
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        output = BytesIO()
        write_mo(output, load(path))
        unfinished = compiled.with_suffix(f".{os.getpid()}.new")
        unfinished.write_bytes(output.getvalue())
        unfinished.replace(compiled)  # in one step: another process may be reading it

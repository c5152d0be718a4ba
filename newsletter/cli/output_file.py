"""Files that commands write of people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def created_file(file: Path) -> Iterator[IO[bytes]]:
    """A file that only its owner reads, in the place of `file` once it is complete. Raises `Refused`."""
    from newsletter.core.errors import Refused

    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as target:
                yield target
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise Refused("unwritable_file", f"{file} cannot be written: {error.strerror}.") from error

"""Write a file that is whole or not there, whatever happens to the process or the machine meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PREFIX, SUFFIX = ".", ".new"  # of the name that it has until it is finished


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, which is `path` (mode 0600) at the end, in the place of what was there.

    Its octets are on the disk by then. When anything is raised it is removed, and `path` stays as it was.
    What a killed process leaves behind has a name of `PREFIX` … `SUFFIX`. Raises `OSError`.
    """
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=PREFIX, suffix=SUFFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise

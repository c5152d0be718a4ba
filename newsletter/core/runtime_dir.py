"""Where sockets and process ids live: a folder whose path is short enough for a socket's."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

# sun_path holds 108 bytes with its closing NUL (unix(7)); macOS allows 104.
MAX_SOCKET_PATH = 100
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def runtime_dir(data_dir: Path) -> Path:
    """Within `data_dir` where that can be, else a folder of this user's for it among the temporary ones."""
    inside = data_dir / "run"
    socket = str(inside / "valkey.sock")
    # Three libraries quote a socket's path in a URL in three ways: only plain ones mean the same to all.
    if PLAIN_PATH.fullmatch(socket) and len(socket) < MAX_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"newsletter-{os.getuid()}-{digest}"

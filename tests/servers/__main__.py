"""The guard's own process: `python -m tests.servers KIND FOLDER`."""

import sys
from pathlib import Path

from tests.servers.guard import guard

guard(sys.argv[1], Path(sys.argv[2]))

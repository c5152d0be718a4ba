"""`python -m newsletter.smtp.mailbox --dir FOLDER --port PORT`."""

import argparse
import asyncio
import logging
import os
import sys
from pathlib import Path

from newsletter.smtp.mailbox.server import HOST, serve


def main() -> None:
    """Serve until asked to stop; one sentence and exit 1 when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m newsletter.smtp.mailbox", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="the folder to keep the messages in")
    parser.add_argument("--port", type=int, required=True, help=f"the port of {HOST} to listen on")
    options = parser.parse_args()
    os.umask(0o077)  # the messages hold links that sign people in
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")

    def ready(port: int) -> None:
        sys.stdout.write(f"The mailbox listens on {HOST}:{port} and keeps messages in {options.dir}\n")
        sys.stdout.flush()

    try:
        asyncio.run(serve(options.dir, options.port, ready))
    except OSError as error:
        sys.exit(f"The mailbox cannot run: {error.strerror or error}.")


if __name__ == "__main__":
    main()

"""The imports queue: reading uploaded files."""

import signal
import threading
from types import FrameType

from newsletter import jobs
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.process import run_import
from workers.app import runtime, settings
from workers.handles import handles

stopping = threading.Event()


@handles(jobs.import_subscribers)
def import_subscribers(import_id: int) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        """On TERM: end after this batch; the rest is taken up where it was left."""
        stopping.set()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, stop)
    try:
        run_import(runtime().sessions, import_id, ImportFiles(settings().data_dir), stopping.is_set)
    finally:
        signal.signal(signal.SIGTERM, before)

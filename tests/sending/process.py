"""What a bulk process sends with, made in the process of a test."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from newsletter.runtime import Runtime
from newsletter.sending.connection_pool import PAUSES_SECONDS, ConnectionPool
from newsletter.sending.drain import SendingProcess
from newsletter.sending.hosts import host_id
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.transports.find import transport_configs

Make = Callable[[str, int], SendingProcess]


def sending_process(
    runtime: Runtime, smtp_url: str, window_size: int, pauses: Sequence[float] = PAUSES_SECONDS
) -> SendingProcess:
    """One that sends by the transports there are, or without any to `smtp_url`. Close its connections.

    `pauses`: seconds between its attempts to reach a relay that is down.
    """
    folder, secrets = runtime.settings.tally_dir, runtime.settings.secrets
    return SendingProcess(
        sessions=runtime.sessions,
        links=runtime.links,
        secrets=secrets,
        transports=partial(transport_configs, secrets=secrets, smtp_url=smtp_url),
        connections=ConnectionPool("localhost", pauses),
        tally_dir=folder,
        host=host_id(folder),
        window_size=window_size,
        unsubscribes=UnsubscribeSpool(runtime.settings.unsubscribe_dir),
    )


@contextmanager
def sending_processes(runtime: Runtime, pauses: Sequence[float] = PAUSES_SECONDS) -> Iterator[Make]:
    """Makes as many as one likes, and closes their connections at the end."""
    made: list[SendingProcess] = []

    def make(smtp_url: str, window_size: int) -> SendingProcess:
        made.append(sending_process(runtime, smtp_url, window_size, pauses))
        return made[-1]

    yield make
    for process in made:
        process.connections.close()


@contextmanager
def draining(mailing_id: int, *processes: SendingProcess, seconds: float = 30) -> Iterator[None]:
    """Each drains the mailing in a thread of its own; at the end of the block all of them are waited for."""
    threads = [
        threading.Thread(target=process.drain, args=(mailing_id, seconds), name=f"drain{n}")
        for n, process in enumerate(processes)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()

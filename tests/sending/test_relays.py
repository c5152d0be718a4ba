"""The relay may change between two turns of a process that keeps its connection."""

from collections.abc import Callable, Iterator

import pytest

from newsletter.sending.relays import Relays
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.sink import Options, Sink
from newsletter.smtp.url import parse_smtp_url


@pytest.fixture
def make_sink() -> Iterator[Callable[[], Sink]]:
    sinks: list[Sink] = []

    def make() -> Sink:
        sinks.append(Sink(Options()).start())
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.stop()


def test_another_relay_means_another_connection(make_sink: Callable[[], Sink]) -> None:
    first, second = (parse_smtp_url(make_sink().url) for _ in range(2))
    relays = Relays(first, "localhost")
    kept = relays.session()
    relays.use(parse_smtp_url(f"smtp://{first.where}?starttls=never"))
    assert relays.session() is kept  # the same relay, however it was found
    relays.use(second)
    assert kept.closed
    assert relays.session().relay == second
    relays.close()


def test_no_relay_is_told_as_a_session_that_failed(make_sink: Callable[[], Sink]) -> None:
    where = parse_smtp_url(make_sink().url)
    relays = Relays(where, "localhost")
    relays.session()
    relays.use(SessionFailed(Step.AUTH, "The password cannot be read.", temporary=False))
    with pytest.raises(SessionFailed, match="cannot be read"):
        relays.session()
    relays.use(where)
    assert relays.session().alive()
    relays.close()

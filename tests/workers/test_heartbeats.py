"""A real worker says that it lives, and for which queue; the periodic one that it sweeps, too."""

from pathlib import Path

from newsletter.core.queue import Queue
from newsletter.health.heartbeats import Heartbeats, is_silent, read_heartbeats
from tests.features.conftest import prepare_database
from tests.processes import Installation, wait_until
from tests.servers import ValkeyServer


def test_a_worker_is_heard_while_it_runs(tmp_path: Path) -> None:
    valkey = ValkeyServer(tmp_path / "valkey")
    with Installation(tmp_path / "var", redis_url=valkey.start()) as installation:
        prepare_database(installation)

        def signs() -> Heartbeats:
            found = read_heartbeats(installation.settings.effective_redis_url)
            assert found is not None
            return found

        assert Queue.PERIODIC in signs().silent
        assert is_silent(signs().sweep_age)
        told = installation.run_cli("doctor")
        assert told.exit == 1
        assert "wrong workers: no worker of the queue" in told.stdout
        installation.start("periodic")
        wait_until(lambda: Queue.PERIODIC not in signs().silent, lambda: installation.said("periodic"))
        assert not is_silent(signs().sweep_age)
        assert Queue.BULK in signs().silent
    valkey.kill()

"""A bounce in a Maildir of a real Dovecot: `newsletter feedback poll` takes it, wherever it is killed."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.cli import environment, main
from newsletter.core.links import Links
from newsletter.feedback.models import FeedbackRecord
from newsletter.runtime import Runtime
from tests.feedback.deliveries import World, bounce
from tests.incoming.conftest import is_left_out_next_time
from tests.incoming.test_feedback import STEPS
from tests.servers.dovecot import Dovecot

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as started:
        yield started


def poll(runtime: Runtime, url: str, failpoints: str = "") -> int:
    """`newsletter feedback poll` in a process of its own; how it ended, as `os.waitpid` says."""
    runtime.close()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    given = runtime.settings
    os.environ |= {
        "DATA_DIR": str(given.data_dir),
        "DATABASE_URL": given.effective_database_url,
        "REDIS_URL": given.effective_redis_url,
        "PUBLIC_URL": given.effective_public_url,
        "SECRET_KEY": given.secret_key.get_secret_value(),
        "IMAP_URL": url,
        "FAILPOINTS": failpoints,
    }
    environment.runtime.cache_clear()
    sys.argv = ["newsletter", "feedback", "poll", "--json"]
    code = 99
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


def test_a_poller_that_is_killed_at_every_step_takes_each_bounce_once(
    session: Session, links: Links, runtime: Runtime, dovecot: Dovecot
) -> None:
    world = World(session, links)
    for taken, step in enumerate(STEPS, start=1):
        to = world.return_path(world.mail())
        session.rollback()
        dovecot.deliver(bounce(to, number=taken))
        ended = poll(runtime, dovecot.url, f"{step}=kill")
        assert os.WIFSIGNALED(ended), dovecot.said()
        assert os.WTERMSIG(ended) == signal.SIGKILL
        assert dovecot.count() + dovecot.count("Taken") == taken
        assert poll(runtime, dovecot.url) == 0
        assert (dovecot.count(), dovecot.count("Taken")) == (0, taken)
        assert session.scalars(select(func.count()).select_from(FeedbackRecord)).one() == taken
        session.rollback()
    assert world.suppression is not None
    assert world.suppression.note.startswith("user_unknown 5.1.1: ")
    session.rollback()

    dovecot.deliver(b"To: somebody@press.example\r\n\r\nNot for us.\r\n")
    assert poll(runtime, dovecot.url) == 0
    assert (dovecot.count(), dovecot.count("Refused")) == (0, 1)
    assert poll(runtime, dovecot.url.replace(dovecot.password, "wrong")) != 0

    is_left_out_next_time(session, world, runtime)

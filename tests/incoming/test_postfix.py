"""A real Postfix bounces to the return path; who it was is left out of the next mailing, with the reason."""

import smtplib

import pytest
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.runtime import Runtime
from tests.feedback.deliveries import World
from tests.incoming.conftest import is_left_out_next_time, listening
from tests.processes import wait_until
from tests.servers.postfix_relay import Postfix


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bounce_of_postfix_keeps_its_reader_out_of_the_next_mailing(
    session: Session, links: Links, runtime: Runtime
) -> None:
    world = World(session, links)
    return_path = world.return_path(world.mail())
    session.rollback()
    with listening(runtime) as listener:  # where Postfix passes everything on; it knows nobody but our own
        postfix = Postfix(listener.port).start()
        try:
            with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30) as client:
                client.sendmail(
                    return_path, ["u1@example.org"], b"Subject: Issue one\r\n\r\nGood morning.\r\n"
                )
            wait_until(lambda: world.suppression is not None)
        finally:
            postfix.stop()
    assert world.suppression is not None
    assert world.suppression.note.startswith("user_unknown 5.1.1: ")
    is_left_out_next_time(session, world, runtime)

"""Open a session for a single message that somebody waits for: by the first relay that lets us in."""

from collections.abc import Sequence

from sqlalchemy.orm import Session as DatabaseSession
from sqlalchemy.orm import sessionmaker

from newsletter.core import clock
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.session import Session, open_session
from newsletter.transports.outlet import Outlet
from newsletter.transports.rest import rest


def open_first(sessions: sessionmaker[DatabaseSession], outlets: Sequence[Outlet], mail_name: str) -> Session:
    """A session with the first of `outlets` that opens one; those before it are left alone for a while.

    `mail_name` is what EHLO says. Raises `SessionFailed` when the last one fails, too.
    """
    *others, last = outlets
    for outlet in others:
        try:
            return open_session(outlet.relay, mail_name)
        except SessionFailed as error:
            with sessions.begin() as session:
                rest(session, outlet.key, "", error.message, temporary=error.temporary, now=clock.now())
    return open_session(last.relay, mail_name)

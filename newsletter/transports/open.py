"""Open an SMTP session for a single message that somebody waits for, by the first relay that answers."""

from collections.abc import Sequence

from sqlalchemy.orm import Session as DatabaseSession
from sqlalchemy.orm import sessionmaker

from newsletter.core import clock
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.session import SmtpSession, open_session
from newsletter.transports.cooldown import cool_down
from newsletter.transports.transport_config import TransportConfig


def open_first(
    sessions: sessionmaker[DatabaseSession], configs: Sequence[TransportConfig], mail_name: str
) -> SmtpSession:
    """A session with the first of `configs` that opens one; those that failed before it cool down.

    `mail_name` is what EHLO says. Raises `SessionFailed` when the last one fails, too.
    """
    *others, last = configs
    for config in others:
        try:
            return open_session(config.relay, mail_name)
        except SessionFailed as error:
            with sessions.begin() as session:
                cool_down(session, config.key, "", error.message, temporary=error.temporary, now=clock.now())
    return open_session(last.relay, mail_name)

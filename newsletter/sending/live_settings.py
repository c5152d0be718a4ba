"""What a drain sends and by what: the mailing's message, and the transports as they are set now."""

import math
from collections.abc import Callable

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import Mailing, MailingState
from newsletter.sending.mailing_message import MailingMessage
from newsletter.transports.transport_config import TransportConfig

REFRESH_SECONDS = 1.0


class LiveSettings:
    """Somebody may change a transport while a mailing is sent, so transports are read again every second.

    The message is read once: what is sent was stored when the mailing began.
    """

    def __init__(
        self,
        read_transports: Callable[[Session], list[TransportConfig]],
        read_message: Callable[[Session, Mailing], MailingMessage],
    ) -> None:
        self._read_transports = read_transports
        self._read_message = read_message
        self._read_at = -math.inf
        self.transports: list[TransportConfig] = []
        self.message: MailingMessage | None = None

    @property
    def sender(self) -> str:
        """The address that the mailing is sent from; empty as long as its message was not read."""
        return self.message.sender if self.message else ""

    def refresh(self, session: Session, mailing: Mailing) -> None:
        """Read what may have changed, unless that was done less than a second ago.

        Raises `DomainError` for a key or a setting that somebody has to mend.
        """
        if clock.monotonic() - self._read_at <= REFRESH_SECONDS:
            return
        self._read_at = clock.monotonic()
        self.transports = self._read_transports(session)
        if self.message is None and mailing.state is MailingState.SENDING:
            self.message = self._read_message(session, mailing)

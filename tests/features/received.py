"""What lies in a reader's mailbox: the messages that the sink took for one address."""

import re
from email.message import EmailMessage
from functools import partial

from newsletter.smtp.sink import Sink
from tests.features import mail
from tests.processes import wait_until

LINK = re.compile(r"https?://[^\s<>()\[\]]+")


def received_messages(sink: Sink, recipient: str) -> list[bytes]:
    """Every message to `recipient`, octet by octet, in the order in which they came."""
    contents = [record.content or b"" for record in tuple(sink.records) if record.recipient == recipient]
    for octets in contents:
        mail.check_line_ends(octets)
    return contents


def wait_for_message(sink: Sink, recipient: str, number: int = 1) -> bytes:
    """The `number`th message to `recipient`, and the last so far."""
    wait_until(lambda: len(received_messages(sink, recipient)) >= number, partial(_told, sink))
    contents = received_messages(sink, recipient)
    assert len(contents) == number
    return contents[-1]


def every_link(message: EmailMessage) -> set[str]:
    """What both bodies and the header lead to, or load."""
    found = mail.links(mail.content(message, "html"))
    for text in (mail.content(message, "plain"), *(str(value) for value in message.values())):
        found |= set(LINK.findall(text))
    return {link for link in found if link.startswith("http")}


def _told(sink: Sink) -> str:
    return f"the sink took {len(sink.records)} messages: {[record.recipient for record in sink.records][:20]}"

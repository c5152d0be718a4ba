"""Header lines for the tests: facts and values in, lines out, and read back by the standard library."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import strategies as st

from newsletter.rendering.headers import HeaderForm, MessageHeaders, build_headers
from newsletter.rendering.slot_writers import header_filler
from newsletter.rendering.slots import SlotTable

VALUES = {
    "email": "ana@example.org",
    "name": "Ana",
    "date": "Fri, 01 Jan 2027 08:00:00 +0100",
    "message_id": "41.7@news.example.org",
    "unsubscribe_url": "https://news.example.org/u/abc",
}
SENDER = MessageHeaders(from_email="news@example.org")
FULL = MessageHeaders(
    from_email="news@bücher.example",
    from_name="Zoë, Coalition Weekly",
    reply_to="desk@example.org",
    list_id="weekly.example.org",
    list_name="Coalition Weekly",
    unsubscribe=True,
    unsubscribe_mailto="mailto:u@example.org?subject=stop",
    help_url="https://example.org/help",
    owner="mailto:owner@example.org",
    archive_url="https://example.org/archive/weekly/",
    feedback_id="m41:weekly:issue:example",
    auto_submitted=True,
    extra=(("X-Delivery", "41-7"),),
)
TEXT = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\0 <>,;:"=?@é\x85\u2028\ud800')), max_size=120)


def write(
    facts: MessageHeaders = SENDER,
    subject: str = "Hello",
    values: dict[str, str] | None = None,
    slots: SlotTable | None = None,
) -> bytes:
    lines = b""
    for header in build_headers(facts, subject, slots or SlotTable()):
        if header.form is HeaderForm.READY:
            lines += "".join(str(piece) for piece in header.value).encode("ascii")
        else:
            lines += header_filler(header)(VALUES | (values or {}))
    return lines


def read(lines: bytes) -> EmailMessage:
    message = message_from_bytes(lines + b"\r\n", policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message

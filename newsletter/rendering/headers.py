"""The header of a message: plain facts in, header lines out (RFC 5322, 2369, 2919, 8058, 3834).

What is the same for all recipients is encoded here, once, and checked strictly. What differs is left as a
line with slots for `newsletter.rendering.slot_writers`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from enum import StrEnum

from newsletter.core.errors import Refused
from newsletter.core.idn import to_ascii_address
from newsletter.core.text import CONTROL
from newsletter.core.unsubscribe_address import UNSUBSCRIBE_PREFIX
from newsletter.rendering.addresses import clean_address, format_mailbox, is_plain_address
from newsletter.rendering.encoded_words import encode_unstructured
from newsletter.rendering.slots import Slot, SlotTable, SlottedText

_is_uri = re.compile(r"(?:https?|mailto):[!-;=?-~]+").fullmatch
_is_list_id = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+").fullmatch
_is_feedback_id = re.compile(r"[!-9;-~]*(?::[!-9;-~]*){0,3}").fullmatch
_is_extra_name = re.compile(
    r"(?:X-|Precedence$|Content-Language$|Archived-At$|CFBL-)[!-9;-~]*", re.I
).fullmatch

# What an error calls these facts.
_TITLES = {
    "subject": "The subject",
    "from_name": "The sender's name",
    "from_email": "The sender's address",
    "reply_to": "The reply-to address",
    "list_name": "The publication's name",
    "list_id": "The List-Id header, from the publication's slug and its sender's domain,",
    "help_url": "The List-Help header, the address of the sign-up page,",
    "owner": "The List-Owner header, from the reply-to or the sender's address,",
    "archive_url": "The List-Archive header, the address of the archive,",
    "unsubscribe_mailto": "The List-Unsubscribe header",
    "feedback_id": "The Feedback-ID header",
    "extra": "A further header",
}


class HeaderForm(StrEnum):
    """How a header line is finished for a recipient."""

    READY = "ready"  # one or more whole lines, the same for all
    TEXT = "text"  # words: RFC 2047 where needed, folded
    LITERAL = "literal"  # ids, dates, URIs: written as they are, never encoded or folded
    TO = "to"  # the recipient's mailbox, from the values `name` and `email`
    UNSUBSCRIBE = "unsubscribe"  # List-Unsubscribe and, for an https URL, List-Unsubscribe-Post


@dataclass(frozen=True)
class Header:
    """One header: `value` is what stands after the colon, or all the lines when it is `READY`."""

    form: HeaderForm
    name: str
    value: SlottedText

    @property
    def static(self) -> str:
        """What is the same for all in `value`; all of it when it is `READY`."""
        return "".join(chunk for chunk in self.value if isinstance(chunk, str))


@dataclass(frozen=True)
class MessageHeaders:
    """The facts that the header of a message is built from; an empty one leaves its header out.

    Per recipient, `CompiledMessage.fill` takes `email` and `name` (To), `message_id`, `date` (as
    `email.utils.format_datetime` writes it) and `unsubscribe_url`.

    from_name, from_email: the sender as people see it; the address must be ASCII before the @.
    reply_to:         where answers go.
    list_id:          RFC 2919 identifier, such as `weekly.example.org`; with it goes `List-Post: NO`.
    list_name:        what people call the list, beside its id.
    unsubscribe:      write List-Unsubscribe (RFC 2369) from the value `unsubscribe_url`, and
                      List-Unsubscribe-Post (RFC 8058) when that is https.
    unsubscribe_mailto: `mailto:…` beside it; may hold placeholders.
    unsubscribe_domain: instead: `mailto:u+TOKEN@` this domain, with the recipient's `unsubscribe_token`.
    help_url, owner, archive_url: https, http or mailto URIs (RFC 2369).
    feedback_id:      Gmail's `a:b:c:sender`; nothing in it may tell recipients apart.
    auto_submitted:   `Auto-Submitted: auto-generated` (RFC 3834), for confirmations and system mail.
    extra:            further (name, value) pairs: `X-…`, `Archived-At`, …; ASCII, may hold placeholders.
    """

    from_email: str
    from_name: str = ""
    reply_to: str = ""
    list_id: str = ""
    list_name: str = ""
    unsubscribe: bool = False
    unsubscribe_mailto: str = ""
    unsubscribe_domain: str = ""
    help_url: str = ""
    owner: str = ""
    archive_url: str = ""
    feedback_id: str = ""
    auto_submitted: bool = False
    extra: tuple[tuple[str, str], ...] = ()


def build_headers(facts: MessageHeaders, subject: str, slots: SlotTable) -> tuple[Header, ...]:
    """All header lines but the MIME ones, in the order in which they are sent.

    Raises `Refused`, naming the field, for control characters (CR, LF and NUL among them, also behind encoded
    words), for addresses that are none, and for URIs that are not whole.
    """
    return tuple(
        _merge_ready([*_identity(facts, subject, slots), *_list(facts, slots), *_extra(facts, slots)])
    )


def refuse_control(field: str, value: str) -> None:
    """Raise `Refused` if `value`, or what its encoded words decode to, holds a control character."""
    decoded = value
    if "=?" in value:
        try:
            decoded = "".join(
                part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
                for part, charset in decode_header(CONTROL.sub(" ", value))
            )
        except (HeaderParseError, LookupError):  # broken or unknown: then nobody decodes it
            decoded = value
    if CONTROL.search(value) or CONTROL.search(decoded):
        raise _refused(field, "may not contain line breaks or other control characters")


def _identity(facts: MessageHeaders, subject: str, slots: SlotTable) -> Iterator[Header]:
    refuse_control("subject", subject)
    refuse_control("from_name", facts.from_name)
    yield _ready(format_mailbox("From", facts.from_name, _mailbox("from_email", facts.from_email)))
    yield Header(HeaderForm.TO, "To", ())
    yield _text("Subject", subject, slots)
    yield Header(HeaderForm.LITERAL, "Date", (Slot("date"),))
    yield Header(HeaderForm.LITERAL, "Message-ID", ("<", Slot("message_id"), ">"))
    if facts.reply_to:
        yield _ready(format_mailbox("Reply-To", "", _mailbox("reply_to", facts.reply_to)))


def _list(facts: MessageHeaders, slots: SlotTable) -> Iterator[Header]:
    """RFC 2919, 2369 and 8058."""
    if facts.list_id:
        refuse_control("list_name", facts.list_name)
        if not _is_list_id(facts.list_id):
            raise _refused("list_id", "must look like “weekly.example.org”")
        yield _ready(format_mailbox("List-Id", facts.list_name, facts.list_id))
    if facts.unsubscribe:
        yield Header(HeaderForm.UNSUBSCRIBE, "List-Unsubscribe", _mailto(facts, slots))
    if facts.list_id:
        yield _ready("List-Post: NO")
    uris = (("List-Help", "help_url"), ("List-Owner", "owner"), ("List-Archive", "archive_url"))
    for name, field in uris:
        uri = getattr(facts, field)
        if uri:
            yield _ready(f"{name}: <{_uri(field, uri)}>")


def _extra(facts: MessageHeaders, slots: SlotTable) -> Iterator[Header]:
    if facts.feedback_id:
        refuse_control("feedback_id", facts.feedback_id)
        if not _is_feedback_id(facts.feedback_id):
            raise _refused("feedback_id", "must be up to four ASCII words joined by colons")
        yield _ready(f"Feedback-ID: {facts.feedback_id}")
    if facts.auto_submitted:
        yield _ready("Auto-Submitted: auto-generated")
    seen: set[str] = set()
    for name, value in facts.extra:
        if not _is_extra_name(name) or name.lower() in seen:
            raise _refused("extra", f"may not hold the header “{CONTROL.sub(' ', name)}”, or not twice")
        seen.add(name.lower())
        refuse_control(name, value)
        if not value.isascii():
            raise _refused("extra", f"must be ASCII in “{name}”")
        yield Header(HeaderForm.LITERAL, name, slots.cut(value))


def _mailto(facts: MessageHeaders, slots: SlotTable) -> SlottedText:
    uri = facts.unsubscribe_mailto
    if facts.unsubscribe_domain:
        after = _uri("unsubscribe_mailto", f"mailto:u@{facts.unsubscribe_domain}?subject=unsubscribe")[8:]
        return (f"mailto:{UNSUBSCRIBE_PREFIX}", Slot("unsubscribe_token"), after)
    if not uri:
        return ()
    if not uri.startswith("mailto:"):
        raise _refused("unsubscribe_mailto", "must begin with mailto:")
    return slots.cut(_uri("unsubscribe_mailto", uri))


def _text(name: str, value: str, slots: SlotTable) -> Header:
    slotted = slots.cut(value)
    if any(isinstance(element, Slot) for element in slotted):
        return Header(HeaderForm.TEXT, name, slotted)
    return _ready(encode_unstructured(name, value).decode("ascii")[:-2])


def _ready(lines: str) -> Header:
    return Header(HeaderForm.READY, "", (f"{lines}\r\n",))


def _merge_ready(headers: list[Header]) -> Iterator[Header]:
    """Join neighbouring ready lines, so that a message is joined from few chunks."""
    ready = ""
    for header in headers:
        if header.form is HeaderForm.READY:
            ready += header.static
            continue
        if ready:
            yield Header(HeaderForm.READY, "", (ready,))
            ready = ""
        yield header
    if ready:
        yield Header(HeaderForm.READY, "", (ready,))


def _mailbox(field: str, address: str) -> str:
    refuse_control(field, address)
    try:
        ascii_address = to_ascii_address(address)
    except ValueError:
        ascii_address = ""
    if not is_plain_address(ascii_address):
        raise _refused(field, "must be an email address such as news@example.org")
    return clean_address(ascii_address)


def _uri(field: str, uri: str) -> str:
    refuse_control(field, uri)
    if not _is_uri(uri):
        raise _refused(field, "must be a whole https:, http: or mailto: URI in ASCII")
    return uri


def _refused(field: str, problem: str) -> Refused:
    return Refused("header_refused", f"{_TITLES.get(field, field)} {problem}.", {field: problem})

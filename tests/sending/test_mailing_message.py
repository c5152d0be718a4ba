"""The copy for one recipient: whatever the person is called, its envelope may vouch for it."""

import re
from datetime import UTC, datetime
from html import escape

from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose, Signer
from newsletter.issues.recipient import MailingIdentity, Recipient
from newsletter.rendering.compile import compile_message
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.slots import Slot, SlotMode, SlotTable
from newsletter.sending.mailing_message import MailingMessage
from newsletter.smtp.dkim import canonical_body
from newsletter.smtp.stuffing import with_crlf

LINKS = Links("https://news.example.org", Signer(["a secret"]))
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
ODD = st.sampled_from("\r\n\0\x0b\x0c\x1c\x85\u2028\u2029 \t.@<>&\"'=?é😀\u05e9\ud800")
ANYTHING = st.text(st.one_of(st.characters(), ODD), max_size=120)
EDITED = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=120
)  # else refused
PEOPLE = st.builds(
    Recipient,
    seq=st.integers(0, 10**9),
    subscriber_id=st.integers(0, 2**40),
    subscription_id=st.integers(0, 2**40),
    email=ANYTHING | st.builds("{}@{}".format, ANYTHING, ANYTHING),
    name=ANYTHING,
    attributes=st.fixed_dictionaries(
        {"note": ANYTHING | st.none() | st.integers()}, optional={"token": ANYTHING}
    ),
)


def compiled(static: str = "") -> CompiledMessage:
    """A message with a slot of each kind; `static` stands in everything that an editor writes."""
    slots = SlotTable()
    name = slots.placeholder(Slot("first_name", "reader"))
    note = slots.placeholder(Slot("attributes.note"))
    token = slots.placeholder(Slot("attributes.token", mode=SlotMode.URL_PART))
    leave = slots.placeholder(Slot("unsubscribe_url", mode=SlotMode.URL))
    shown = escape(static)
    text = f"Dear {name},\n{static}\n.{note}\n{leave}\n{static}"
    html = (
        f'<!doctype html><html lang="en"><head><title>W</title></head><body><p title="{note}">{name}{shown}'
        f'<a href="https://x.example/?t={token}">x</a>{leave}</p>{shown}</body></html>'
    )
    facts = MessageHeaders(
        from_email="news@example.org",
        unsubscribe=True,
        list_id="w.example.org",
        extra=(("X-Note", f"<{note}>"),),
    )
    return compile_message(html, text, f"For {name}", facts, slots)


def mailing_message(compiled_message: CompiledMessage) -> MailingMessage:
    identity = MailingIdentity(
        mailing_id=7, links=LINKS, domain="example.org", publication_name="The Weekly", origin="here"
    )
    return MailingMessage(identity, compiled_message, sender="news@example.org")


MESSAGE = mailing_message(compiled())


def assert_canonical(message: bytes) -> None:
    """What DKIM hashes is there as it is: a signature over a body that was not looked at would be wrong."""
    body = message.partition(b"\r\n\r\n")[2]
    assert canonical_body(body) == body


@given(PEOPLE)
def test_no_value_makes_an_envelope_vouch_for_what_is_not_so(person: Recipient) -> None:
    envelope = MESSAGE.to(person, NOW)
    assert envelope.clean
    assert with_crlf(envelope.body) == envelope.body
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", envelope.body)
    assert envelope.body.endswith(b"\r\n")
    for name in (b"Date", b"From", b"To", b"Subject", b"Message-ID", b"List-Unsubscribe"):
        assert len(re.findall(rb"(?m)^%b:" % name, envelope.body.partition(b"\r\n\r\n")[0])) == 1, name
    link = re.search(rb"\r\nList-Unsubscribe: <https://news\.example\.org/u/([\w-]+)>\r\n", envelope.body)
    assert link is not None
    claim = LINKS.signer.read(Purpose.UNSUBSCRIBE, link[1].decode())
    assert claim.ids == (person.subscription_id, 7)
    assert envelope.smtputf8 or envelope.body.isascii()
    assert_canonical(envelope.body)


@given(EDITED)
def test_nothing_that_an_editor_writes_does_either(static: str) -> None:
    body = mailing_message(compiled(static)).to(Recipient(1, 2, 3, "ana@example.org", "Ana", {}), NOW).body
    assert with_crlf(body) == body
    assert body.isascii()
    assert_canonical(body)


def test_an_envelope_says_who_it_is_for_and_what_it_needs() -> None:
    envelope = MESSAGE.to(Recipient(41, 2, 3, "žofie@příklad.example", "Žofie", {}), NOW)
    assert (envelope.index, envelope.sender) == (41, "news@example.org")
    assert envelope.recipient == "žofie@příklad.example"
    assert envelope.smtputf8
    assert not MESSAGE.to(Recipient(42, 2, 3, "ana@příklad.example", "Žofie", {}), NOW).smtputf8

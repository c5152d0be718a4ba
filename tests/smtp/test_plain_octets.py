"""What the plain dialogue puts on the wire: addresses, bodies, and what it refuses to put there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.smtp.dialogue import BreakKind, Envelope
from newsletter.smtp.plain import deliver
from newsletter.smtp.session import open_session
from newsletter.smtp.sink import Act, At, Options, Rule, Sink
from newsletter.smtp.stuffing import with_crlf
from newsletter.smtp.url import parse_smtp_url
from newsletter.smtp.verdict import Reason


def go() -> bool:
    return True


def got(sink):
    return [record.recipient for record in sink.records]


@pytest.mark.parametrize(
    ("recipient", "outcome"),
    [
        ("a@b@c@example.org", "rejected(bad_address)"),
        ("nobody", "rejected(bad_address)"),
        ("@example.org", "rejected(bad_address)"),
        ("a@", "rejected(bad_address)"),
        ("", "rejected(bad_address)"),
        ("a b@example.org", "rejected(bad_address)"),
        ("a@exa mple.org", "rejected(bad_address)"),
        ("a@example.org>\r\nRCPT TO:<b@example.org", "rejected(bad_address)"),
        ("a\r\n@example.org", "rejected(bad_address)"),
        ("a\0@example.org", "rejected(bad_address)"),
        ("<a@example.org>", "rejected(bad_address)"),
        ("x" * 65 + "@example.org", "rejected(bad_address)"),
        ("é" * 33 + "@example.org", "rejected(bad_address)"),
        ("x" * 60 + "@" + ".".join(["y" * 48] * 4), "rejected(bad_address)"),
        ("a@" + "y" * 64 + ".org", "rejected(bad_address)"),
        ("a@example..org", "rejected(bad_address)"),
        ("a\ud800@example.org", "rejected(bad_address)"),
        ("jörg@example.org", "rejected(needs_smtputf8)"),
    ],
)
def test_an_impossible_address_never_touches_the_wire(recipient, outcome, stage):
    sink = stage.make_sink(Rule(At.MAIL, Act.DROP), smtputf8=False)
    assert (
        deliver(stage.dial(sink), [Envelope(7, "a@example.com", recipient, b"x\r\n")], stage.notes, go)
        is None
    )
    assert stage.notes.outcomes == {7: outcome}
    assert stage.notes.handed == []
    assert stage.notes.answers[7][1].code == 0


def test_an_impossible_sender_is_nobody_s_fault(stage):
    sink = stage.make_sink()
    stop = deliver(
        stage.dial(sink), [Envelope(7, "a>@example.com", "b@example.org", b"x\r\n")], stage.notes, go
    )
    assert stop is not None
    assert (stop.kind, stop.reason) == (BreakKind.PAUSED, Reason.SENDER_REFUSED)
    assert not stop.temporary
    assert stage.notes.outcomes == {}


@pytest.mark.parametrize(
    ("body", "options", "outcome"),
    [
        (b"x" * 98 + b"\r\n", {"size": 100}, "sent"),
        (b"x" * 99 + b"\r\n", {"size": 100}, "rejected(too_big)"),
        (b"x" * 99 + b"\r\n", {"size": None}, "sent"),
        (b"x\0y\r\n", {}, "rejected(content)"),
        ("é\r\n".encode(), {}, "sent"),
        ("é\r\n".encode(), {"eight_bit_mime": False}, "rejected(needs_8bitmime)"),
    ],
)
def test_a_message_that_the_server_cannot_carry(body, options, outcome, stage):
    sink = stage.make_sink(**options)
    assert (
        deliver(stage.dial(sink), [Envelope(0, "a@example.com", "b@example.org", body)], stage.notes, go)
        is None
    )
    assert stage.notes.outcomes == {0: outcome}
    assert len(sink.records) == (outcome == "sent")


@pytest.mark.parametrize("offered", [True, False])
def test_headers_in_utf_8_need_smtputf8(offered, stage):
    sink = stage.make_sink(smtputf8=offered)
    envelope = Envelope(0, "a@example.com", "b@example.org", "Subject: é\r\n\r\n".encode(), smtputf8=True)
    assert deliver(stage.dial(sink), [envelope], stage.notes, go) is None
    assert stage.notes.outcomes == {0: "sent" if offered else "rejected(needs_smtputf8)"}


def test_international_addresses(stage):
    sink = stage.make_sink()
    recipients = ["jörg@bücher.example", "a@straße.example", "b@例え.example", '"a b"@example.org']
    batch = [Envelope(n, "a@example.com", to, b"x\r\n") for n, to in enumerate(recipients)]
    assert deliver(stage.dial(sink), batch, stage.notes, go) is None
    assert got(sink) == [
        "jörg@xn--bcher-kva.example",
        "a@xn--strae-oqa.example",
        "b@xn--r8jz45g.example",
        '"a b"@example.org',
    ]


def test_the_null_sender(stage):
    sink = stage.make_sink()
    assert deliver(stage.dial(sink), [Envelope(0, "", "b@example.org", b"x\r\n")], stage.notes, go) is None
    assert [record.sender for record in sink.records] == [""]


def test_a_body_that_is_vouched_for_goes_as_it_is(stage):
    sink = stage.make_sink()
    batch = [Envelope(0, "a@example.com", "b@example.org", b".a\r\n..\r\n", clean=True)]
    assert deliver(stage.dial(sink), batch, stage.notes, go) is None
    assert sink.records[0].content == b".a\r\n..\r\n"


@pytest.fixture(scope="module")
def shared_sink():
    """One sink for many examples."""
    with Sink(Options(keep_content=True)) as sink:
        yield sink


_TRICKY = [b".", b"\r\n", b"\r", b"\n", b"..", b"x", b"\r\n.\r\n", b"\n.\n", b"QUIT"]
_octets = st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(_TRICKY)).map(b"".join))


@given(bodies=st.lists(_octets.filter(lambda body: b"\0" not in body), min_size=1, max_size=5))
def test_what_the_server_reads_is_the_message_with_crlf(bodies, shared_sink):
    before = len(shared_sink.records)
    session = open_session(parse_smtp_url(shared_sink.url), "client.example.org")
    batch = [Envelope(n, "a@example.com", "b@example.org", body) for n, body in enumerate(bodies)]
    assert deliver(session, batch, _Silent(), go) is None
    session.close()
    taken = shared_sink.records[before:]
    assert [record.content for record in taken] == [with_crlf(body) for body in bodies]


@given(
    recipient=st.one_of(
        st.text(max_size=30),
        st.builds(
            "{}@{}".format,
            st.text(st.sampled_from('ab."<> \r\n\0é@\\,'), max_size=12),
            st.text(st.sampled_from("ab.-<> \r\n\0é@[]"), max_size=12),
        ),
    )
)
def test_no_address_can_inject_a_command(recipient, shared_sink):
    before = len(shared_sink.records)
    session = open_session(parse_smtp_url(shared_sink.url), "client.example.org")
    batch = [Envelope(0, "a@example.com", recipient, b"first\r\n")]
    batch.append(Envelope(1, "a@example.com", "last@example.org", b"last\r\n"))
    assert deliver(session, batch, _Silent(), go) is None
    session.close()
    taken = shared_sink.records[before:]
    assert taken[-1].recipient == "last@example.org"
    assert len(taken) <= 2
    if len(taken) == 2:
        assert taken[0].content == b"first\r\n"
        assert taken[0].recipient.rpartition("@")[0] == recipient.rpartition("@")[0]


class _Silent:
    def handing_over(self, index):
        pass

    def answered(self, index, verdict, reply):
        pass

    def never_left(self, index):
        pass

"""The plain dialogue against a real server with every fault that a server can have."""

import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
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


def test_each_message_is_journalled_before_it_leaves_and_after_it_is_taken(stage):
    sink = stage.make_sink()
    stage.notes.on_handing_over = lambda index: (
        None if len(sink.records) == index else pytest.fail("left early")
    )
    stage.notes.on_answered = lambda index: (
        None if len(sink.records) == index + 1 else pytest.fail("told early")
    )
    session = stage.dial(sink)
    assert deliver(session, stage.envelopes(20), stage.notes, go) is None
    assert stage.notes.handed == list(range(20))
    assert set(stage.notes.outcomes.values()) == {"sent"}
    assert [record.message_id for record in sink.records] == [f"<{n}@example.com>" for n in range(20)]
    assert {record.sender for record in sink.records} == {"news@example.com"}
    assert session.messages == 20
    session.close()
    assert sink.counts.connections == 1


# what the server does to u1; what the journal says of u1; how the client stops; whether u0 and u2 got theirs
@pytest.mark.parametrize(
    ("rule", "handed", "outcome", "stop"),
    [
        # one person is refused, the others go on
        (Rule(At.RCPT, code=550, text="5.1.1 Who?"), False, "rejected(no_such_user)", None),
        (Rule(At.RCPT, code=450, text="4.2.0 Later"), False, "retry(later)", None),
        (Rule(At.RCPT, code=552, text="5.2.2 Full"), False, "rejected(mailbox_full)", None),
        (Rule(At.DATA, code=451, text="4.3.0 Later"), False, "retry(busy)", None),
        (Rule(At.DATA, code=550, text="5.1.1 Who?"), False, "rejected(no_such_user)", None),
        (Rule(At.BODY, code=550, text="5.1.1 Who?"), True, "rejected(no_such_user)", None),
        (Rule(At.BODY, code=554, text="5.7.1 Spam"), True, "rejected(policy)", None),
        (Rule(At.BODY, code=451, text="4.7.1 Greylisted"), True, "retry(greylisted)", None),
        (Rule(At.BODY, Act.STALL, seconds=0.1), True, "sent", None),
        (Rule(At.RCPT, Act.STALL, seconds=0.1), True, "sent", None),
        (Rule(At.DATA, Act.STALL, seconds=0.1), True, "sent", None),
        # the transport or the sender is in trouble: nobody is marked
        (Rule(At.MAIL, code=550, text="5.1.8 No"), False, None, ("paused", Reason.SENDER_REFUSED)),
        (Rule(At.MAIL, code=451, text="4.3.0 No"), False, None, ("paused", Reason.BUSY)),
        (Rule(At.MAIL, code=530, text="5.7.0 AUTH"), False, None, ("paused", Reason.AUTH_REQUIRED)),
        (Rule(At.RCPT, code=550, text="5.7.1 No"), False, None, ("paused", Reason.POLICY)),
        (Rule(At.RCPT, code=554, text="Relay access denied"), False, None, ("paused", Reason.RELAY_DENIED)),
        (Rule(At.DATA, code=554, text="Go away"), False, None, ("paused", Reason.REFUSED)),
        (Rule(At.DATA, code=250, text="What?"), False, None, ("paused", Reason.PROTOCOL)),
        (Rule(At.MAIL, code=354, text="What?"), False, None, ("paused", Reason.PROTOCOL)),
        # … but a body that was handed over and refused must be answered for
        (Rule(At.BODY, code=530), True, "retry(auth_required)", ("paused", Reason.AUTH_REQUIRED)),
        # the server says goodbye
        (Rule(At.MAIL, code=421, text="4.3.2 Bye"), False, "retry(busy)", ("lost", Reason.BUSY)),
        (Rule(At.RCPT, code=421, text="4.7.0 Bye"), False, "retry(throttled)", ("lost", Reason.THROTTLED)),
        (Rule(At.DATA, code=421, text="4.3.2 Bye"), False, "retry(busy)", ("lost", Reason.BUSY)),
        (Rule(At.BODY, code=421, text="4.3.2 Bye"), True, "retry(busy)", ("lost", Reason.BUSY)),
        # … or leaves without a word, or keeps silent, before it could have the whole message
        (Rule(At.MAIL, Act.DROP), False, None, ("lost", Reason.LOST)),
        (Rule(At.MAIL, Act.SILENT), False, None, ("lost", Reason.SILENT)),
        (Rule(At.RCPT, Act.DROP), False, "retry(lost)", ("lost", Reason.LOST)),
        (Rule(At.RCPT, Act.SILENT), False, "retry(silent)", ("lost", Reason.SILENT)),
        (Rule(At.DATA, Act.DROP), False, "retry(lost)", ("lost", Reason.LOST)),
        (Rule(At.DATA, Act.SILENT), False, "retry(silent)", ("lost", Reason.SILENT)),
    ],
)
def test_a_fault_at_the_second_message(rule, handed, outcome, stop, stage):
    sink = stage.make_sink(_for_u1(rule))
    answer = deliver(stage.dial(sink), stage.envelopes(3), stage.notes, go)
    assert stage.notes.outcomes.get(0) == "sent"
    assert stage.notes.outcomes.get(1) == outcome
    assert (1 in stage.notes.handed) is handed
    assert ("u1@example.org" in got(sink)) is (outcome == "sent")
    if stop is None:
        assert answer is None
        assert stage.notes.outcomes[2] == "sent"
        assert sink.counts.connections == 1
    else:
        assert answer is not None
        assert (answer.kind, answer.reason, answer.index, answer.unanswered) == (*stop, 1, ())
        assert 2 not in stage.notes.outcomes
        assert 2 not in stage.notes.handed


def _for_u1(rule):
    """`rule` for the second message: by its recipient, or at MAIL, where none is known yet, by counting."""
    changes = {"skip": 1} if rule.at is At.MAIL else {"recipient": "u1@*"}
    return replace(rule, **changes)


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
def test_no_answer_after_the_final_dot_is_unanswered(act, recorded, stage):
    sink = stage.make_sink(Rule(At.BODY, act, recipient="u1@*", recorded=recorded))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(3), stage.notes, go)
    assert stop is not None
    assert stop.kind is BreakKind.LOST
    assert stop.unanswered == (1,)
    assert stage.notes.handed == [0, 1]
    assert stage.notes.outcomes == {0: "sent"}
    assert ("u1@example.org" in got(sink)) is recorded
    assert session.closed


def test_a_reply_that_makes_no_sense_after_the_body_is_unanswered(stage):
    sink = stage.make_sink(Rule(At.BODY, code=354, text="Go on"))
    stop = deliver(stage.dial(sink), stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert stop.unanswered == (0,)
    assert stage.notes.outcomes == {}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule(At.CONTENT, Act.DROP, octets=100_000), "lost"),
        (Rule(At.CONTENT, Act.SILENT), "silent"),
    ],
)
def test_a_body_that_was_not_wholly_handed_over_is_retried(rule, reason, stage):
    sink = stage.make_sink(rule, receive_buffer=65_536)
    session = stage.dial(sink)
    body = b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 20_000_000
    stop = deliver(session, stage.envelopes(2, body), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.unanswered) == (BreakKind.LOST, ())
    assert stage.notes.handed == [0]
    assert stage.notes.outcomes == {0: f"retry({reason})"}
    assert session.closed
    assert sink.records == []


def test_a_body_that_was_cut_short_is_not_taken_by_the_server(stage):
    """The proof behind that retry: the connection ends inside the body, and the server throws it away."""
    sink = stage.make_sink(Rule(At.CONTENT, Act.STALL, seconds=0.8), receive_buffer=65_536)
    deliver(stage.dial(sink), stage.envelopes(1, b"x\r\n" * 10_000_000), stage.notes, go)
    assert stage.notes.outcomes == {0: "retry(silent)"}
    _until(lambda: sink.counts.lost == 1)
    assert sink.records == []


def test_when_the_journal_cannot_write_nothing_is_sent(stage):
    sink = stage.make_sink()

    def full(_index):
        raise OSError(28, "No space left on device")

    stage.notes.on_handing_over = full
    session = stage.dial(sink)
    with pytest.raises(OSError, match="No space"):
        deliver(session, stage.envelopes(3), stage.notes, go)
    assert session.closed
    _until(lambda: sink.counts.lost == 1)
    assert sink.records == []


def test_when_the_journal_fails_after_the_reply_nothing_further_is_sent(stage):
    sink = stage.make_sink()

    def full(_index):
        raise OSError(28, "No space left on device")

    stage.notes.on_answered = full
    session = stage.dial(sink)
    with pytest.raises(OSError, match="No space"):
        deliver(session, stage.envelopes(3), stage.notes, go)
    assert session.closed
    assert got(sink) == ["u0@example.org"]


def test_it_asks_before_each_message_and_stops_when_told(stage):
    sink = stage.make_sink()
    leave = iter([True, True, False])
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(5), stage.notes, lambda: next(leave))
    assert stop is not None
    assert (stop.kind, stop.index, stop.temporary) == (BreakKind.STOPPED, 2, True)
    assert got(sink) == ["u0@example.org", "u1@example.org"]
    assert session.alive()


def test_a_refused_recipient_leaves_a_session_that_goes_on_later(stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"))
    session = stage.dial(sink)
    assert deliver(session, stage.envelopes(1), stage.notes, go) is None
    assert session.dirty
    assert deliver(session, stage.envelopes(3)[1:], stage.notes, go) is None
    assert got(sink) == ["u1@example.org", "u2@example.org"]


@pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
def test_a_connection_lost_at_rset_marks_nobody(act, stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"), Rule(At.RSET, act))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.index) == (BreakKind.LOST, 1)
    assert stage.notes.outcomes == {0: "rejected(no_such_user)"}


@pytest.mark.parametrize(
    ("at", "code", "kind"),
    [
        (At.BODY, 250, BreakKind.PAUSED),
        (At.RCPT, 250, BreakKind.PAUSED),
        (At.DATA, 550, BreakKind.PAUSED),
        (At.BODY, 421, BreakKind.LOST),
    ],
)
def test_a_reply_that_nobody_asked_for_ends_it(at, code, kind, stage):
    sink = stage.make_sink(Rule(at, Act.EXTRA, code=code, text="Surprise"))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert stop.kind is kind
    assert session.closed
    assert stage.notes.outcomes == ({0: "sent"} if at is At.BODY else {})
    assert len(sink.records) == len(stage.notes.outcomes)


def test_replies_may_come_in_pieces(stage):
    sink = stage.make_sink(dribble=True)
    assert deliver(stage.dial(sink), stage.envelopes(5), stage.notes, go) is None
    assert len(sink.records) == 5


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


def test_shutting_down_does_not_wait_for_a_slow_server(stage):
    sink = stage.make_sink(Rule(At.BODY, Act.SILENT))
    session = stage.dial(sink)
    session.relay = replace(session.relay, timeouts=replace(session.timeouts, end=60))
    threading.Timer(0.2, session.hurry, [0.2]).start()
    start = time.monotonic()
    stop = deliver(session, stage.envelopes(1), stage.notes, go)
    assert time.monotonic() - start < 3
    assert stop is not None
    assert stop.unanswered == (0,)


@pytest.fixture(scope="module")
def open_house():
    """One sink for many examples."""
    with Sink(Options(keep_content=True)) as sink:
        yield sink


_pieces = [b".", b"\r\n", b"\r", b"\n", b"..", b"x", b"\r\n.\r\n", b"\n.\n", b"QUIT"]
_octets = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from([b".", b"\r\n", b"\r", b"\n", b"..", b"x", b"\r\n.\r\n", b"\n.\n", b"QUIT"])
    ).map(b"".join),
)


@settings(max_examples=300, deadline=None)
@given(bodies=st.lists(_octets.filter(lambda body: b"\0" not in body), min_size=1, max_size=5))
def test_what_the_server_reads_is_the_message_with_crlf(bodies, open_house):
    before = len(open_house.records)
    session = open_session(parse_smtp_url(open_house.url), "client.example.org")
    batch = [Envelope(n, "a@example.com", "b@example.org", body) for n, body in enumerate(bodies)]
    assert deliver(session, batch, _Silent(), go) is None
    session.close()
    taken = open_house.records[before:]
    assert [record.content for record in taken] == [with_crlf(body) for body in bodies]


@settings(max_examples=300, deadline=None)
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
def test_no_address_can_inject_a_command(recipient, open_house):
    before = len(open_house.records)
    session = open_session(parse_smtp_url(open_house.url), "client.example.org")
    batch = [Envelope(0, "a@example.com", recipient, b"first\r\n")]
    batch.append(Envelope(1, "a@example.com", "last@example.org", b"last\r\n"))
    assert deliver(session, batch, _Silent(), go) is None
    session.close()
    taken = open_house.records[before:]
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


def _until(condition, seconds=3.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)

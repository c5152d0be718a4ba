"""The sink understands the usual commands at one look; that must make no difference but in speed."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.smtp.sink import At, Options, Rule, Script, Sink

SLOWLY = Script([Rule(At.RSET, times=0)])  # never fires, and may at any time

SENDERS = [
    b"<a@b.c>",
    b"<>",
    b"<a@b.c> SIZE=20",
    b"<a@b.c> SIZE=20 BODY=8BITMIME",
    b"<a@b.c> BODY=8BITMIME SIZE=9",
]
ODD_SENDERS = [b"<\xc3\xa9@b.c> SMTPUTF8", b"<a@b.c> SIZE=3000", b"<a@b.c> X=Y", b"a@b.c", b"<a b@c> SIZE=1"]
RECIPIENTS = [b"<d@b.c>", b"<e@b.c>", b'<"f f"@b.c>', b"<\xc3\xa9@b.c>", b"<>", b"<g@b.c> X"]
OTHERS = [
    b"RSET\r\n",
    b"NOOP\r\n",
    b"WHAT\r\n",
    b"rset\r\n",
    b"EHLO x\r\n",
    b"AUTH PLAIN AHUAcA==\r\n",
    b"\r\n",
]
BODIES = [
    b"",
    b"Message-ID: <1@b.c>\r\n\r\nx\r\n",
    b"Subject: x\r\nMessage-Id:\r\n <2@b.c>\r\n\r\n..\r\n..x.\r\n",
    b"No header\r\n" * 9,
    b"Message-ID: <3@b.c>\r\n\r\n" + b"x" * 2_000 + b"\r\n",  # more than the sink takes
    b"\r\n.\n.\r.\r\n",
]


def chunk(body: bytes, last: bytes) -> bytes:
    return b"BDAT %d%b\r\n" % (len(body), last) + body


command = st.one_of(
    st.sampled_from(SENDERS + ODD_SENDERS).map(lambda path: b"MAIL FROM:" + path + b"\r\n"),
    st.sampled_from(RECIPIENTS).map(lambda path: b"RCPT TO:" + path + b"\r\n"),
    st.sampled_from(BODIES).map(lambda body: b"DATA\r\n" + body + b".\r\n"),
    st.builds(chunk, st.sampled_from(BODIES), st.sampled_from([b" LAST", b" LAST", b"", b" last"])),
    st.sampled_from(OTHERS),
)
message = st.builds(
    lambda reset, sender, recipients, body: reset + b"MAIL FROM:" + sender + b"\r\n" + recipients + body,
    st.sampled_from([b"", b"RSET\r\n"]),
    st.sampled_from(SENDERS),
    st.lists(st.sampled_from(RECIPIENTS[:3]), max_size=2).map(
        lambda paths: b"".join(b"RCPT TO:" + path + b"\r\n" for path in paths)
    ),
    st.one_of(
        st.sampled_from(BODIES).map(lambda body: b"DATA\r\n" + body + b".\r\n"),
        st.sampled_from(BODIES).map(lambda body: chunk(body, b" LAST")),
        st.sampled_from(BODIES).map(lambda body: chunk(body[:7], b"") + chunk(body[7:], b" LAST")),
    ),
)
conversation = st.lists(st.one_of(message, message, command), max_size=8).map(b"".join)


@pytest.fixture(scope="module")
def sinks() -> Iterator[tuple[Sink, Sink]]:
    """Two that differ in nothing but that one asks its rules."""
    options = Options(keep_content=True, size=1_000, users={"u": "p"}, auth_in_clear=True)
    with Sink(options) as fast, Sink(options, SLOWLY) as slow:
        yield fast, slow


def converse(sink, raw, said: bytes, cuts: list[int]) -> tuple[bytes, list[tuple[object, ...]], int]:
    """The replies to `said`, sent in pieces; what was recorded; and how many messages were counted."""
    before, counted = len(sink.records), sink.counts.messages
    with raw(sink) as client:
        for start, stop in zip([0, *cuts], [*cuts, len(said)], strict=True):
            client.say(said[start:stop])
            if stop < len(said):
                time.sleep(0.001)  # so that it is most likely read by itself
        client.say(b"QUIT\r\n")
        replies = client.file.read()
    records = [record._replace(connection=0) for record in sink.records[before:]]
    return replies, [tuple(record) for record in records], sink.counts.messages - counted


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_fast_path_and_slow_path_say_and_record_the_same(data, sinks, raw):
    said = b"EHLO x\r\n" + data.draw(conversation)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(said)), max_size=4)))
    fast, slow = (converse(sink, raw, said, cuts) for sink in sinks)
    assert fast == slow
    replies, _, messages = fast
    assert replies.count(b"2.0.0 Taken") == messages
    assert replies.endswith(b"221 2.0.0 Bye\r\n")


@pytest.mark.parametrize(
    ("options", "said", "codes"),
    [
        ({"size": None}, b"MAIL FROM:<a@b.c> SIZE=1\r\n", [555]),
        ({"eight_bit_mime": False}, b"MAIL FROM:<a@b.c> BODY=8BITMIME\r\n", [555]),
        ({"size": 9}, b"MAIL FROM:<a@b.c> SIZE=10\r\n", [552]),
        ({"chunking": False}, b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nBDAT 3 LAST\r\n", [250, 250, 502]),
        ({"users": {"u": "p"}, "auth_required": True}, b"MAIL FROM:<a@b.c>\r\n", [530]),
        ({}, b"MAIL TO:<a@b.c>\r\nMAIL FROM:<a@b.c>\r\nRCPT FROM:<d@b.c>\r\n", [501, 250, 501]),
    ],
)
def test_what_is_not_offered_is_refused(make_sink, raw, options, said, codes):
    sink = make_sink(**options)
    for sink.script in (Script(), SLOWLY):
        with raw(sink) as client:
            client.say(b"EHLO x\r\n" + said)
            assert client.codes(2 + len(codes)) == [220, 250, *codes]


@pytest.mark.parametrize(
    "body", [b"DATA\r\nMessage-ID: x\r\n\r\ny\r\n.\r\n", b"BDAT 19 LAST\r\nMessage-ID: x\r\n\r\nyy"]
)
def test_what_another_client_left_in_the_buffer_is_not_read(sinks, raw, body):
    """All connections read into the same memory: behind half a command may stand its other half."""
    said = b"RSET\r\nMAIL FROM:<a@b.c> SIZE=9\r\nRCPT TO:<d@b.c>\r\n" + body
    codes = [250, 250, 250, *([354] if body.startswith(b"DATA") else []), 250]
    for sink in sinks:
        sink.records.clear()
        with raw(sink) as whole, raw(sink) as torn:
            assert (whole.codes(1), torn.codes(1)) == ([220], [220])
            for at in range(1, len(said)):
                whole.say(said)
                assert whole.codes(len(codes)) == codes
                torn.say(said[:at])
                time.sleep(0.001)
                torn.say(said[at:])
                assert torn.codes(len(codes)) == codes
        assert {record[:4] for record in sink.records} == {("d@b.c", "x", "a@b.c", sink.records[0].size)}
        assert len(sink.records) == 2 * (len(said) - 1)


def test_rules_count_from_the_moment_they_are_there(make_sink, raw):
    sink = make_sink()
    begin, body = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\n", b"x\r\n.\r\n"
    with raw(sink) as client:
        client.say(begin)
        assert client.codes(4) == [220, 250, 250, 354]
        sink.script = Script([Rule(At.BODY, code=450)])
        client.say(body)
        assert client.codes(1) == [450]
        sink.script = Script([Rule(At.QUIT, code=421)])  # about no message: the quick way is open again
        client.say(begin + body)
        assert client.codes(4) == [250, 250, 354, 250]
    assert len(sink.records) == 1

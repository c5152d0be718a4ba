"""The sink's rules: when they fire, and what a client then sees."""

import contextlib
import itertools
import json
from collections import Counter

import pytest

from newsletter.core.errors import Refused
from newsletter.smtp.sink import Act, At, Rule, Script


class TestRules:
    def pick(self, script, recipients, at=At.RCPT):
        return [bool(script.pick(at, "a@b.c", recipient)) for recipient in recipients]

    def test_times_and_skip_count_over_all(self):
        script = Script([Rule(At.RCPT, skip=1, times=2)])
        assert self.pick(script, "abcde") == [False, True, True, False, False]

    def test_each_counts_per_recipient(self):
        script = Script([Rule(At.RCPT, times=1, each=True)])
        assert self.pick(script, "aabbab") == [True, False, True, False, False, False]

    def test_patterns(self):
        script = Script([Rule(At.RCPT, recipient="*@b.c"), Rule(At.MAIL, sender="x@*")])
        assert self.pick(script, ["A@B.C", "a@b.d"]) == [True, False]
        assert script.pick(At.MAIL, "X@y.z") is not None
        assert script.pick(At.MAIL, "z@y.z") is None

    def test_the_first_rule_that_fires_wins(self):
        script = Script([Rule(At.RCPT, code=450, times=1), Rule(At.RCPT, code=550)])
        first, second = script.pick(At.RCPT), script.pick(At.RCPT)
        assert first is not None
        assert second is not None
        assert (first.code, second.code) == (450, 550)

    def test_luck_depends_on_the_seed_and_the_recipient_only(self):
        people = [f"u{number}@example.org" for number in range(2000)]
        rules = [Rule(At.RCPT, probability=0.25)]
        luck = dict(zip(people, self.pick(Script(rules, seed=1), people), strict=True))
        assert 400 < sum(luck.values()) < 600
        again = Script(rules, seed=1)
        assert all(bool(again.pick(At.RCPT, "", person)) is luck[person] for person in reversed(people))
        other = Script(rules, seed=2)
        assert any(bool(other.pick(At.RCPT, "", person)) is not luck[person] for person in people)

    def test_from_json(self):
        text = json.dumps({"seed": 3, "rules": [{"at": "body", "do": "drop", "recorded": True, "times": 1}]})
        script = Script.from_json(text)
        assert (list(script.rules), script.seed) == ([Rule(At.BODY, Act.DROP, recorded=True, times=1)], 3)
        assert list(Script.from_json("[]").rules) == []

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "3",
            "null",
            '{"rule": []}',
            '[{"do": "drop"}]',
            '[{"at": "lunch"}]',
            '[{"at": "rcpt", "x": 1}]',
            "[3]",
            '{"seed": 1}',
            '[{"at": "rcpt", "code": "550"}]',
            '[{"at": "rcpt", "each": 1}]',
        ],
    )
    def test_wrong_json_is_refused(self, text):
        with pytest.raises(Refused):
            Script.from_json(text)


class TestFaults:
    HELLO = b"EHLO x\r\n"
    ONE = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@b.c>\r\nDATA\r\nx\r\n.\r\n"

    @pytest.fixture
    def codes(self, raw):
        """The codes that a client gets from a sink for one message."""

        def ask(sink, count):
            with raw(sink) as client:
                client.say(self.HELLO + self.ONE + b"QUIT\r\n")
                return client.codes(count)

        return ask

    @pytest.mark.parametrize(
        ("rule", "told", "taken"),
        [
            (Rule(At.RCPT, code=550), [220, 250, 250, 550, 554, 500], 0),
            (Rule(At.BODY, code=450), [220, 250, 250, 250, 354, 450, 221, 0], 0),
            (Rule(At.BODY, code=251, text="Odd"), [220, 250, 250, 250, 354, 251, 221, 0], 1),
            (Rule(At.BODY, code=421), [220, 250, 250, 250, 354, 421, 0], 0),
            (
                Rule(At.BODY, Act.EXTRA, code=250, text="Twice"),
                [220, 250, 250, 250, 354, 250, 250, 221, 0],
                1,
            ),
            (Rule(At.BODY, Act.DROP), [220, 250, 250, 250, 354, 0], 0),
            (Rule(At.BODY, Act.DROP, recorded=True), [220, 250, 250, 250, 354, 0], 1),
            (Rule(At.BODY, Act.STALL, seconds=0.1), [220, 250, 250, 250, 354, 250, 221, 0], 1),
            (Rule(At.DATA, Act.STALL, seconds=0.1), [220, 250, 250, 250, 354, 250, 221, 0], 1),
            (Rule(At.CONTENT, Act.STALL, seconds=0.1), [220, 250, 250, 250, 354, 250, 221, 0], 1),
            (Rule(At.CONNECT, Act.DROP), [0], 0),
            (Rule(At.GREETING, Act.STALL, seconds=0.1), [220, 250, 250, 250, 354, 250, 221, 0], 1),
            (Rule(At.GREETING, code=554), [554, 0], 0),
            (Rule(At.QUIT, Act.DROP), [220, 250, 250, 250, 354, 250, 0], 1),
        ],
    )
    def test_a_fault(self, rule, told, taken, make_sink, codes):
        sink = make_sink(rule)
        assert codes(sink, len(told)) == told
        assert len(sink.records) == taken

    def test_lost_connections_are_counted(self, make_sink, eventually, codes):
        sink = make_sink(Rule(At.BODY, Act.DROP, times=2))
        for _ in range(3):
            codes(sink, 9)
        eventually(lambda: sink.open_connections == 0)
        assert (sink.counts.connections, sink.counts.lost, sink.counts.messages) == (3, 2, 1)

    def test_the_script_can_be_changed_on_the_way(self, make_sink, codes):
        sink = make_sink()
        assert 250 in codes(sink, 8)
        assert list(sink.script.rules) == []
        sink.script = Script([Rule(At.CONNECT, Act.DROP)])
        assert codes(sink, 1) == [0]
        sink.script = Script()
        assert Counter(codes(sink, 9))[250] == 4


POINTS = (At.EHLO, At.MAIL, At.RCPT, At.DATA, At.CONTENT, At.BODY, At.RSET, At.NOOP, At.QUIT)
FAULTS = [
    Rule(
        at, act, 250 if recorded else 450, "A fault", seconds=0.05, recorded=recorded, octets=10_000, times=1
    )
    for at, act, recorded in itertools.product(POINTS, Act, (False, True))
    if not recorded or act not in {Act.STALL, Act.EXTRA}
]


class TestEveryFault:
    """Each at each point of a conversation, in one write and in the middle of things."""

    HEAD = b"EHLO x\r\nNOOP\r\nRSET\r\n"

    @staticmethod
    def message(number, kind):
        body = b"Message-ID: <%d@b.c>\r\n\r\n%b\r\n" % (number, b"x" * 30_000)
        begin = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<%d@b.c>\r\n" % number
        if kind == "data":
            return begin + b"DATA\r\n" + body + b".\r\n"
        return begin + b"BDAT %d LAST\r\n" % len(body) + body

    def converse(self, raw, sink, kind, patience=3.0):
        """The reply texts that a client gets that sends three messages and QUIT, whatever it hears."""
        with raw(sink) as client:
            client.sock.settimeout(patience)
            with contextlib.suppress(OSError):
                client.say(self.HEAD + self.message(1, kind) + self.message(2, kind))
                client.say(self.message(3, kind) + b"QUIT\r\n")
            heard = b""
            with contextlib.suppress(OSError):
                while octets := client.sock.recv(65_536):
                    heard += octets
        return heard

    @pytest.mark.parametrize("kind", ["data", "bdat"])
    @pytest.mark.parametrize("rule", FAULTS, ids=lambda rule: f"{rule.at}-{rule.do}-{rule.recorded}")
    def test_it_strikes_once_and_the_records_tell_the_truth(self, make_sink, raw, rule, kind):
        sink = make_sink(rule, keep_content=False)
        silent = rule.do is Act.SILENT or rule.at in {At.CONTENT, At.QUIT}
        first = self.converse(raw, sink, kind, 0.2 if silent and rule.do is not Act.STALL else 3.0)
        recipients = [record.recipient for record in sink.records]
        assert first.startswith(b"220 ")
        assert len(set(recipients)) == len(recipients)
        # Where DATA or MAIL was refused, two recipients may come to share the next message.
        messages = len({record.message_id for record in sink.records})
        assert sink.counts.messages == messages
        # Whatever was said to be taken is recorded; more than that only where the rule says so.
        unsaid = rule.at is At.BODY and rule.recorded
        assert first.count(b"2.0.0 Taken") <= messages <= first.count(b"2.0.0 Taken") + unsaid
        if rule.do is Act.STALL or (rule.do is Act.EXTRA and rule.at is not At.CONTENT):
            assert recipients == ["1@b.c", "2@b.c", "3@b.c"]
            assert [record.message_id for record in sink.records] == ["<1@b.c>", "<2@b.c>", "<3@b.c>"]
            assert b"221 2.0.0 Bye\r\n" in first
        before = len(sink.records)
        sink.script = Script()
        assert self.converse(raw, sink, kind).endswith(b"221 2.0.0 Bye\r\n")
        assert len(sink.records) == before + 3

    @pytest.mark.parametrize("kind", ["data", "bdat"])
    @pytest.mark.parametrize("octets", [0, 1, 29_999, 30_022, 30_023])
    def test_a_drop_in_the_content(self, make_sink, eventually, raw, kind, octets):
        """Their bodies have 30,023 octets."""
        sink = make_sink(Rule(At.CONTENT, Act.DROP, octets=octets, skip=1), keep_content=False)
        self.converse(raw, sink, kind)
        assert [record.recipient for record in sink.records] == ["1@b.c"]
        eventually(lambda: sink.counts.lost == 1)

    @pytest.mark.parametrize("kind", ["data", "bdat"])
    def test_a_message_that_is_shorter_than_the_drop(self, make_sink, raw, kind):
        sink = make_sink(Rule(At.CONTENT, Act.DROP, octets=50_000), keep_content=False)
        self.converse(raw, sink, kind)
        assert len(sink.records) == 3

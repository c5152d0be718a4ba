"""The sink's rules: when they fire, and what a client then sees."""

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
        sink.script = Script([Rule(At.CONNECT, Act.DROP)])
        assert codes(sink, 1) == [0]
        sink.script = Script()
        assert Counter(codes(sink, 9))[250] == 4

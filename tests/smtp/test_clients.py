"""What every client promises, against servers that go wrong at random: the journal never lies."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.timeouts import Timeouts

CLIENTS = [plain.deliver, pipelined.deliver, chunked.deliver]
IDS = ["plain", "pipelined", "chunked"]
BRIEF = Timeouts(
    connect=2, greeting=1, command=0.2, mail=0.2, rcpt=0.2, data=0.2, block=0.2, end=0.2, probe=0.2, quit=0.1
)
REFUSALS = [
    (550, "5.1.1 Who?"),
    (450, "4.2.0 Later"),
    (421, "4.3.2 Bye"),
    (550, "5.7.1 No"),
    (503, "5.5.1 What?"),
    (250, "2.0.0 Surprise"),
    (354, "Continue"),
    (550, "2.1.1 Contradiction"),
]


def go() -> bool:
    return True


def _rule(chance: random.Random) -> Rule:
    at = chance.choice([At.MAIL, At.RCPT, At.RCPT, At.DATA, At.CONTENT, At.BODY, At.BODY, At.RSET])
    code, text = chance.choice(REFUSALS)
    rule = Rule(
        at,
        chance.choice([Act.REPLY, Act.REPLY, Act.REPLY, Act.DROP, Act.SILENT, Act.STALL, Act.EXTRA]),
        code=code,
        text=text,
        seconds=0.05,
        recorded=chance.random() < 0.5,
        octets=chance.randrange(40),
        probability=chance.choice([0.1, 0.3, 1.0]),
        times=chance.choice([1, 2, None]),
    )
    if at is At.CONTENT and rule.do is Act.REPLY:
        rule = replace(rule, do=Act.DROP)
    return replace(rule, skip=chance.randrange(5)) if chance.random() < 0.7 else rule


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("deliver", CLIENTS, ids=IDS)
def test_the_journal_never_lies(deliver, seed, stage):
    chance = random.Random(f"{deliver.__module__}/{seed}")
    rules = [_rule(chance) for _ in range(chance.choice([1, 1, 2, 3]))]
    sink = stage.make_sink(*rules)
    session = stage.dial(sink, timeouts=BRIEF)
    session.inflight.size = chance.choice([2, 5, 16])
    stop = deliver(session, stage.envelopes(12), stage.notes, go)

    taken = [int(record.recipient[1:].partition("@")[0]) for record in sink.records]
    outcomes = {index: outcome.partition("(")[0] for index, outcome in stage.notes.outcomes.items()}
    sent = {index for index, outcome in outcomes.items() if outcome == "sent"}
    unanswered = stage.notes.unanswered
    assert len(taken) == len(set(taken)), rules
    assert sent <= set(taken) <= sent | unanswered, (rules, stop, outcomes)
    assert not set(taken) & set(stage.notes.taken_back), rules
    assert set(outcomes.values()) <= {"sent", "retry", "rejected"}
    if stop is None:
        assert set(outcomes) == set(range(12)), rules
    else:
        assert set(stop.unanswered) == unanswered, (rules, stop, outcomes)
        if stop.kind is not BreakKind.STOPPED and unanswered:
            assert session.closed


@pytest.mark.parametrize("deliver", CLIENTS, ids=IDS)
def test_sessions_in_several_threads_do_not_meet(deliver, stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u?7@*"))
    sessions = [stage.dial(sink) for _ in range(4)]
    journals = [type(stage.notes)() for _ in sessions]

    def work(number: int) -> None:
        session, own = sessions[number], stage.envelopes(400)[number::4]
        assert deliver(session, own, journals[number], go) is None

    with ThreadPoolExecutor(len(sessions)) as threads:
        list(threads.map(work, range(len(sessions))))
    refused = {index for index in range(10, 100) if index % 10 == 7}
    for number, journal in enumerate(journals):
        assert {index: outcome.partition("(")[0] for index, outcome in journal.outcomes.items()} == {
            index: "rejected" if index in refused else "sent" for index in range(number, 400, 4)
        }
    taken = Counter(record.recipient for record in sink.records)
    assert taken == Counter(f"u{index}@example.org" for index in range(400) if index not in refused)

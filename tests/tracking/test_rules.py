"""People and programs told apart, by each rule; and people who look a little like programs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.tracking.hit import cut_agent
from newsletter.tracking.models import AGENT_LENGTH, EventKind, Label
from newsletter.tracking.rules import BY_NAME, RULES, TOO_SOON, Event, classify

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/42.0 Safari/537.36 Edge/12.246 Mozilla/5.0"
)


def click(link: int = 1, after: float = 0.0, agent: str = FIREFOX, **facts: Any) -> Event:
    """A click `after` seconds past noon."""
    event = Event(EventKind.CLICK, link, NOON + timedelta(seconds=after), agent)
    return event._replace(**facts)


def opened(agent: str) -> Event:
    return Event(EventKind.OPEN, 0, NOON, agent)


CANARY = Event(EventKind.CANARY, 0, NOON, FIREFOX)
# For each rule the events of a delivery, and the rules that the first of them is judged by.
CASES = [
    ("canary", [CANARY]),
    ("near_canary", [click(after=-59), CANARY]),
    ("near_canary", [click(after=59), click(2, after=30), CANARY]),
    ("head", [click(is_head=True)]),
    ("burst", [click(1), click(2, after=1)]),
    ("burst", [click(2, after=0.9), click(1), click(1, after=0.5)]),
    ("too_soon", [click(seconds=TOO_SOON - 1)]),
    ("bare_agent", [click(agent="")]),
    ("bare_agent", [click(agent="Mozilla/5.0")]),
    ("gmail_proxy", [opened("Mozilla/5.0 Firefox/11.0 (via ggpht.com GoogleImageProxy)")]),
    ("gmail_prefetch", [opened(PREFETCH)]),
    ("yahoo_proxy", [opened("YahooMailProxy; https://help.yahoo.com/")]),
    ("outlook_proxy", [opened("OutlookImageProxy/1.0")]),
    ("apple_proxy", [opened("Mozilla/5.0")]),
    *(("scanner_agent", [click(agent=name)]) for name in ("Barracuda Sentinel (EE)", "python-requests/2.32")),
    *(("scanner_agent", [click(agent=name)]) for name in ("curl/8.5.0", "Mozilla/5.0 HeadlessChrome/130")),
    *(("scanner_agent", [opened(name)]) for name in ("Googlebot/2.1", "Mimecast-URL-Protect")),
]
PEOPLE = [
    [click(), click(after=0.3)],  # pressed twice
    [click(1), click(2, after=1.1)],  # a quick reader
    [click(after=61), CANARY],  # after a scanner
    [click(seconds=TOO_SOON)],
    [click(agent="Mozilla/5.0 (Linux; Android 12; CUBOT P50) AppleWebKit/537.36 Chrome/130 Mobile Safari")],
    [
        click(
            agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
        )
    ],
    [opened(FIREFOX), click(1, after=1), opened(FIREFOX)],
]


@pytest.mark.parametrize(("rule", "events"), CASES)
def test_a_program_is_known_by(rule: str, events: list[Event]) -> None:
    assert classify(events)[0] == (BY_NAME[rule].label, rule)


@pytest.mark.parametrize("events", PEOPLE)
def test_a_person_stays_one(events: list[Event]) -> None:
    assert {label for event, (label, _) in zip(events, classify(events), strict=True) if event != CANARY} == {
        Label.PERSON
    }


def test_each_rule_says_why_and_has_a_case_and_those_about_a_delivery_come_last() -> None:
    assert {rule for rule, _ in CASES} == set(BY_NAME)
    assert all(rule.why.endswith(".") and rule.source for rule in RULES)
    needs = [rule.needs_delivery for rule in RULES]
    assert needs == sorted(needs)


def test_many_events_of_one_delivery_take_no_square_of_their_number() -> None:
    events = [click(1, after=n / 1000) for n in range(20_000)]
    labels = classify([*events, click(2, after=30)])
    assert labels[0] == (Label.PERSON, "")
    assert labels[-1] == (Label.PERSON, "")
    assert classify([*events, click(2, after=10)])[-1][1] == "burst"


def test_of_an_agent_only_what_can_be_printed_is_kept() -> None:
    assert cut_agent("Mozilla/5.0 Firefox") == "Mozilla/5.0 Firefox"
    assert cut_agent("Mo\x1b[zil\nla" + "é" * AGENT_LENGTH) == "Mo[zilla" + "é" * (AGENT_LENGTH - 10)

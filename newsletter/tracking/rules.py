"""People and programs told apart: the rules, in the order in which they are asked. Pure.

What looks at an event alone comes before what looks at its delivery.
Each rule looks at an event and at the other events of its delivery. Where none applies it was a person: in
doubt, a click is somebody's. Labels are given afterwards, and given anew when a rule changes.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from newsletter.tracking.models import EventKind, Label

TOO_SOON = 5  # seconds after the Date of a copy: to arrive, be noticed, opened and read takes longer
BURST = timedelta(seconds=1)  # in which no person follows two links
NEAR_CANARY = timedelta(seconds=60)  # how long before and after it a scanner is still at work

_SCANNERS = re.compile(
    # Filters of mail, as they name themselves.
    r"barracuda|proofpoint|mimecast|ironport|fireeye|trellix|fortimail|forcepoint|sophos|symantec|messagelabs"
    r"|trend ?micro|kaspersky|mcafee|zscaler|safelinks|url ?analyzer|urldefense|microsoft office existence"
    # Robots, previews of links in chats, and libraries that fetch.
    r"|(?<!cu)bot\b|bot/|crawl|spider|scanner|slurp|headless|phantomjs|facebookexternalhit|skypeuripreview"
    r"|whatsapp|google-safety|bingpreview|virustotal|python|curl/|wget|libwww|go-http|okhttp|java/|httpclient"
    r"|node-fetch|axios|ruby|postman|monitor|pingdom|uptime",
    re.IGNORECASE,
)
_GMAIL = re.compile(r"GoogleImageProxy")
# What Gmail fetches before anybody looks: an Edge of 2015, then one word more.
_GMAIL_PREFETCH = re.compile(r"Edge/12\.246 Mozilla/5\.0$")
_YAHOO = re.compile(r"YahooMailProxy|YahooCacheSystem")
_OUTLOOK = re.compile(r"OutlookImageProxy|Microsoft-Image-Proxy|OWA-ImageProxy", re.IGNORECASE)
_BARE = re.compile(r"^(?:Mozilla/5\.0)?$")


class Event(NamedTuple):
    """What the rules look at. `seconds`: since the Date of the copy; None where that is not known."""

    kind: EventKind
    link_id: int
    at: datetime
    agent: str = ""
    is_head: bool = False
    seconds: int | None = None


class Around(NamedTuple):
    """What is known of an event from the other events of its delivery.

    near_canary: whether the canary link was followed shortly before or after it.
    in_burst: whether another link was followed so shortly before or after it that no person did both.
    """

    near_canary: bool = False
    in_burst: bool = False


ALONE = Around()


@dataclass(frozen=True)
class Rule:
    """`applies` to an event, by itself and what is around it.

    why:    what an editor is told. source: where it is known from.
    pattern: of the User-Agent. needs_delivery: whether it can only be asked where the delivery is known.
    """

    name: str
    label: Label
    why: str
    source: str
    applies: Callable[[Event, Around], bool]
    pattern: str = ""
    needs_delivery: bool = False


def _is_head(event: Event, _around: Around) -> bool:
    return event.is_head


def _is_canary(event: Event, _around: Around) -> bool:
    return event.kind is EventKind.CANARY


def _is_near_canary(event: Event, around: Around) -> bool:
    return event.kind is EventKind.CLICK and around.near_canary


def _is_burst(event: Event, around: Around) -> bool:
    return event.kind is EventKind.CLICK and around.in_burst


def _is_too_soon(event: Event, _around: Around) -> bool:
    return event.kind is EventKind.CLICK and event.seconds is not None and event.seconds < TOO_SOON


def _agent_rule(
    name: str, label: Label, why: str, source: str, *, pattern: re.Pattern[str], kind: EventKind | None
) -> Rule:
    def applies(event: Event, _around: Around) -> bool:
        return (kind is None or event.kind is kind) and pattern.search(event.agent) is not None

    return Rule(name, label, why, source, applies, pattern.pattern)


RULES: tuple[Rule, ...] = (
    Rule(
        *("canary", Label.SCANNER, "It followed a link that no person sees."),
        *("our own link, hidden from people", _is_canary),
    ),
    Rule(
        *("head", Label.SCANNER, "It asked for the head of the page only (HEAD), as programs do."),
        *("RFC 9110 §9.3.2", _is_head),
    ),
    _agent_rule(
        *("gmail_proxy", Label.PROXY, "Gmail loaded the pictures for its user."),
        "User-Agent of ggpht.com",
        pattern=_GMAIL,
        kind=EventKind.OPEN,
    ),
    _agent_rule(
        *("gmail_prefetch", Label.PROXY, "Gmail loaded the pictures before anyone looked."),
        "bird.com/blog/gmail-prefetching-images",
        pattern=_GMAIL_PREFETCH,
        kind=EventKind.OPEN,
    ),
    _agent_rule(
        *("yahoo_proxy", Label.PROXY, "Yahoo loaded the pictures for its user."),
        "User-Agent of Yahoo Mail",
        pattern=_YAHOO,
        kind=EventKind.OPEN,
    ),
    _agent_rule(
        *("outlook_proxy", Label.PROXY, "Outlook.com loaded the pictures for its user."),
        "User-Agent of Outlook.com",
        pattern=_OUTLOOK,
        kind=EventKind.OPEN,
    ),
    _agent_rule(
        *("apple_proxy", Label.PROXY, "Apple Mail loads all pictures, whether anyone looks or not."),
        "Mail Privacy Protection: a User-Agent of “Mozilla/5.0” and no more",
        pattern=_BARE,
        kind=EventKind.OPEN,
    ),
    _agent_rule(
        *("bare_agent", Label.SCANNER, "It does not say which browser it is."),
        "RFC 9110 §10.1.5: browsers name themselves",
        pattern=_BARE,
        kind=EventKind.CLICK,
    ),
    _agent_rule(
        *("scanner_agent", Label.SCANNER, "It calls itself a program."),
        "names in the User-Agent of mail filters, robots and libraries",
        pattern=_SCANNERS,
        kind=None,
    ),
    Rule(
        *("near_canary", Label.SCANNER, "A link that no person sees was followed within a minute of it."),
        *("our own link, hidden from people", _is_near_canary),
        needs_delivery=True,
    ),
    Rule(
        *("burst", Label.SCANNER, "Several links of the email were followed within a second."),
        *("no person can", _is_burst),
        needs_delivery=True,
    ),
    Rule(
        *("too_soon", Label.SCANNER, f"It came within {TOO_SOON} seconds of sending."),
        *("no person can", _is_too_soon),
        needs_delivery=True,
    ),
)
_ANY_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_OF_DELIVERY = tuple(rule for rule in RULES if rule.needs_delivery)
BY_NAME = {rule.name: rule for rule in RULES}
_LIMITS = (TOO_SOON, BURST, NEAR_CANARY)
DIGEST = hashlib.sha256(
    repr([(rule.name, rule.label, rule.pattern) for rule in RULES] + [_LIMITS]).encode()
).hexdigest()


def classify(events: Sequence[Event]) -> list[tuple[Label, str]]:
    """The label of each event of one delivery, and the rule that gave it; an empty one for a person's."""
    return [judge(event, around) for event, around in zip(events, surroundings(events), strict=True)]


def judge(event: Event, around: Around = ALONE) -> tuple[Label, str]:
    """The label of an event, and the name of the rule that gave it."""
    if (given := _judge_alone(event.kind, event.is_head, event.agent)) is not None:
        return given
    for rule in _OF_DELIVERY:
        if rule.applies(event, around):
            return rule.label, rule.name
    return Label.PERSON, ""


@lru_cache(maxsize=4096)  # most events are like one of a few hundred
def _judge_alone(kind: EventKind, is_head: bool, agent: str) -> tuple[Label, str] | None:
    """What the rules say that look at nothing else."""
    event = Event(kind, 0, _ANY_MOMENT, agent, is_head)
    for rule in RULES:
        if not rule.needs_delivery and rule.applies(event, ALONE):
            return rule.label, rule.name
    return None


def surroundings(events: Sequence[Event]) -> list[Around]:
    """What is around each event of one delivery; takes time for their number, not for its square."""
    if len(events) == 1:
        return [ALONE]
    canaries = sorted(event.at for event in events if event.kind is EventKind.CANARY)
    bursts = _bursts(events)
    return [
        Around(bool(canaries) and _is_near(canaries, event.at), index in bursts)
        for index, event in enumerate(events)
    ]


def _is_near(moments: Sequence[datetime], at: datetime) -> bool:
    after = bisect_left(moments, at)
    return any(abs(moment - at) <= NEAR_CANARY for moment in moments[max(0, after - 1) : after + 1])


def _bursts(events: Sequence[Event]) -> set[int]:
    """The places of clicks that follow one on another link, or are followed by one, within `BURST`."""
    clicks = sorted((event.at, index) for index, event in enumerate(events) if event.kind is EventKind.CLICK)
    found: set[int] = set()
    for ordered in (clicks, clicks[::-1]):
        other: tuple[datetime, int] | None = None  # the last click on another link than the one before
        before: tuple[datetime, int] | None = None
        for click in ordered:
            if before is not None and events[before[1]].link_id != events[click[1]].link_id:
                other = before
            if other is not None and abs(click[0] - other[0]) <= BURST:
                found.add(click[1])
            before = click
    return found

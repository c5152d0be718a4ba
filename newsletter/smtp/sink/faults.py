"""Faults by rule: at which point, for whom, how often, what goes wrong."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from newsletter.core.errors import Refused
from newsletter.core.text import full_stop


class At(StrEnum):
    """The points at which a rule may fire."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # the command
    CONTENT = "content"  # the message is on its way
    BODY = "body"  # the final dot, or the last chunk
    RSET = "rset"
    NOOP = "noop"
    QUIT = "quit"


class Act(StrEnum):
    """What happens."""

    REPLY = "reply"  # say `code` and `text`; below 400 the command is carried out, 421 ends the connection
    DROP = "drop"  # close the connection without a word
    SILENT = "silent"  # never say anything again on this connection
    STALL = "stall"  # wait `seconds`, then go on as usual
    EXTRA = "extra"  # the usual reply, and after it one that nobody asked for


_TRANSACTION = {At.MAIL, At.RCPT, At.DATA, At.CONTENT, At.BODY, At.RSET}

_KINDS: dict[str, type | tuple[type, ...]] = {
    "code": int,
    "times": (int, type(None)),
    "each": bool,
    "skip": int,
    "probability": (int, float),
    "seconds": (int, float),
    "recorded": bool,
    "octets": int,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault.

    It looks at what happens `at` its point to recipients and senders that match its patterns (`*`, `?`,
    lower case). Of those it lets `skip` pass, then fires `times` times (None: always), counted over all
    or, with `each`, per recipient; and each time only with its `probability`.

    `recorded` (drop and silent at the body): whether the message was taken before the connection failed.
    `octets` (drop in the content): how many octets of the body arrive before.
    """

    at: At
    do: Act = Act.REPLY
    code: int = 451
    text: str = "4.3.0 A programmed fault"
    recipient: str = "*"
    sender: str = "*"
    times: int | None = None
    each: bool = False
    skip: int = 0
    probability: float = 1.0
    seconds: float = 0.0
    recorded: bool = False
    octets: int = 0

    @classmethod
    def from_json(cls, data: Any) -> "Rule":
        """Raises `Refused` for an unknown field, or a value of the wrong kind."""
        if not isinstance(data, dict) or "at" not in data:
            raise Refused("sink_rule", "A fault rule is an object that says at which point it fires.")
        known = {entry.name for entry in fields(cls)}
        for name, value in data.items():
            if name not in known:
                raise Refused("sink_rule", f"A fault rule has no {name}.")
            if not isinstance(value, _KINDS.get(name, str)):
                raise Refused("sink_rule", f"The {name} of a fault rule cannot be {value!r}.")
        try:
            return cls(**{**data, "at": At(data["at"]), "do": Act(data.get("do", Act.REPLY))})
        except ValueError as error:
            raise Refused("sink_rule", f"A fault rule is wrong: {full_stop(str(error))}") from None


@dataclass
class Script:
    """The rules of a sink, the first that fires wins. The same seed gives each recipient the same luck."""

    rules: Iterable[Rule] = ()
    seed: int = 0
    # whether no rule is about a message on its way
    spares_transactions: bool = field(default=True, init=False)
    _at: dict[At, list[tuple[int, Rule]]] = field(default_factory=dict, init=False, repr=False)
    _met: Counter[tuple[int, str]] = field(default_factory=Counter, init=False, repr=False)

    def __post_init__(self) -> None:
        for number, rule in enumerate(self.rules):
            self._at.setdefault(rule.at, []).append((number, rule))
        self.spares_transactions = not _TRANSACTION & self._at.keys()

    @classmethod
    def from_json(cls, text: str) -> "Script":
        """From a list of rules, or `{"seed": 1, "rules": […]}`. Raises `Refused`."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise Refused("sink_rule", f"The faults are not JSON: {full_stop(str(error))}") from None
        if isinstance(data, list):
            data = {"rules": data}
        if not isinstance(data, dict) or set(data) - {"seed", "rules"} or type(data.get("rules")) is not list:
            raise Refused("sink_rule", "Faults are a list of rules, or an object with seed and rules.")
        return cls([Rule.from_json(rule) for rule in data["rules"]], data.get("seed", 0))

    def pick(self, at: At, sender: str = "", recipient: str = "") -> Rule | None:
        """The rule that fires here, if any; counts the meeting."""
        for number, rule in self._at.get(at, ()):
            if self._matches(rule, sender, recipient) and self._fires(number, rule, recipient):
                return rule
        return None

    def _matches(self, rule: Rule, sender: str, recipient: str) -> bool:
        return (rule.recipient == "*" or fnmatchcase(recipient.lower(), rule.recipient)) and (
            rule.sender == "*" or fnmatchcase(sender.lower(), rule.sender)
        )

    def _fires(self, number: int, rule: Rule, recipient: str) -> bool:
        if rule.probability < 1:
            met = self._meet(number, "?" + recipient)
            luck = zlib.crc32(f"{self.seed}/{number}/{recipient}/{met}".encode()) / 2**32
            if luck >= rule.probability:
                return False
        if rule.times is None and not rule.skip:
            return True
        met = self._meet(number, recipient if rule.each else "")
        return met >= rule.skip and (rule.times is None or met < rule.skip + rule.times)

    def _meet(self, number: int, key: str) -> int:
        """How often this was met before."""
        met = self._met[number, key]
        self._met[number, key] += 1
        return met

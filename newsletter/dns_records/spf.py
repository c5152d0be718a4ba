"""SPF records and what evaluating them costs receivers (RFC 7208)."""

import ipaddress
import re
from dataclasses import dataclass

from newsletter.dns_records.ask import Lookup

MOST_LOOKUPS = 10  # §4.6.4; more make the whole record void (permerror)
MOST_VOID = 2  # names without an answer, the same
MOST_MX = 10
_TERM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>[^\s/]+))?(?:/\d+)?(?://\d+)?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)


@dataclass(frozen=True)
class SpfCheck:
    """What was found at `domain`.

    problem: why the record does not count or does harm, a whole sentence; empty: it counts.
    ending:  the sign of its `all`: "-", "~", "?", "+", or "" without one.
    followed: the domains whose records are part of it.
    """

    domain: str
    records: tuple[str, ...]
    lookups: int = 0
    void_lookups: int = 0
    ending: str = ""
    problem: str = ""
    followed: frozenset[str] = frozenset()


class _Broken(Exception):
    """The record does not count (permerror)."""


def check_spf(domain: str, lookup: Lookup) -> SpfCheck:
    """Read the record of `domain` and all that it includes. Raises `DnsSilent`."""
    records = tuple(_records(domain, lookup))
    if not records:
        sentence = (
            f"The domain {domain} has no SPF record, so receivers cannot tell who may send in its name."
        )
        return SpfCheck(domain, (), problem=sentence)
    if len(records) > 1:
        sentence = f"The domain {domain} has {len(records)} SPF records, so none of them counts: keep one."
        return SpfCheck(domain, records, problem=sentence)
    walk = _Walk(lookup)
    problem = ""
    try:
        ending = walk.follow(domain, records[0])
    except _Broken as error:
        ending, problem = "", f"The SPF record of {domain} does not count: {error}."
    if ending == "+":
        problem = f"The SPF record of {domain} lets anyone send in its name: end it with “~all”."
    elif not problem and not ending:
        problem = f"The SPF record of {domain} does not cover all other servers: end it with “~all”."
    return SpfCheck(
        domain, records, walk.lookups, walk.void_lookups, ending, problem, frozenset(walk.followed)
    )


class _Walk:
    """Follows a record as a receiver does for an address that nothing of it matches, the costliest case."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.lookups = 0
        self.void_lookups = 0
        self.followed: set[str] = set()

    def follow(self, domain: str, record: str) -> str:
        """The sign of its `all`, "" without one. Raises `_Broken`."""
        redirect, ending = "", ""
        for term in record.split()[1:]:
            modifier = _MODIFIER.fullmatch(term)
            if modifier:
                name, value = modifier[1].lower(), modifier[2]
                if name == "redirect":
                    redirect = self._target(value, term)
                continue
            mechanism = _TERM.fullmatch(term)
            if mechanism is None:
                raise _Broken(f"“{term[:80]}” cannot be read")
            if mechanism["name"].lower() == "all":
                ending = mechanism["sign"] or "+"
                break  # what follows is never reached (§5.1)
            self._try(mechanism["name"].lower(), mechanism["value"] or "", term, domain)
        if redirect and not ending:
            self._count()
            ending = self._other(redirect)
        return ending

    def _try(self, name: str, value: str, term: str, domain: str) -> None:
        if name in {"ip4", "ip6"}:
            _check_network(name, term)
            return
        self._count()
        target = self._target(value, term) if name in {"include", "exists"} else value or domain
        if name == "ptr" or "%" in target:
            return  # what it is depends on each message
        if name == "include":
            self._other(target)
        elif name == "mx":
            self._mail_servers(target)
        elif not self._lookup(target, "A") and not self._lookup(target, "AAAA"):
            self._void(target)

    def _other(self, target: str) -> str:
        if "%" in target:
            return "?"
        self.followed.add(target)
        records = _records(target, self._lookup)
        if not records:
            raise _Broken(f"{target}, which it names, has no SPF record")
        if len(records) > 1:
            raise _Broken(f"{target}, which it names, has {len(records)} SPF records")
        return self.follow(target, records[0])

    def _mail_servers(self, target: str) -> None:
        servers = self._lookup(target, "MX")
        if not servers:
            self._void(target)
        if len(servers) > MOST_MX:
            raise _Broken(f"{target} has more than {MOST_MX} mail servers")

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Broken(f"it needs more than {MOST_LOOKUPS} lookups, with what it includes")

    def _void(self, target: str) -> None:
        self.void_lookups += 1
        if self.void_lookups > MOST_VOID:
            raise _Broken(
                f"it names more than {MOST_VOID} names that the DNS does not have, such as {target}"
            )

    @staticmethod
    def _target(value: str, term: str) -> str:
        if not value:
            raise _Broken(f"“{term[:80]}” names no domain")
        return value.removesuffix(".").lower()


def _check_network(name: str, term: str) -> None:
    text = term.partition(":")[2]
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise _Broken(f"“{term[:80]}” is not an address or a network") from None
    if network.version != int(name[2]):
        raise _Broken(f"“{term[:80]}” is an address of IPv{network.version}")


def _records(domain: str, lookup: Lookup) -> list[str]:
    return [text for text in lookup(domain) if text.lower().split(" ", 1)[0] == "v=spf1"]

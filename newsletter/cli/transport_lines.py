"""How things stand with relays, and what came of trying one: for people and for programs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.core import clock
from newsletter.smtp.probe import Finding, Result
from newsletter.transports.availability import Obstacle
from newsletter.transports.overview import Overview
from newsletter.transports.transport_config import Limits

MARKS = {Result.DONE: "ok", Result.FAILED: "failed", Result.NOT_REACHED: "-", Result.NOT_NEEDED: "-"}


def as_facts(told: Overview) -> dict[str, Any]:
    """One relay as JSON. `state` is `sends` or what is in the way."""
    config, standing = told.config, told.standing
    number = config.key.removeprefix("transport:")
    return {
        "id": int(number) if number.isdigit() else None,
        "key": config.key,
        "name": config.name,
        "relay": config.relay.where,
        "username": config.relay.user,
        "state": "sends" if standing.obstacle is None else standing.obstacle.value,
        "until": _iso(standing.until),
        "reason": standing.sentence,
        "weight": config.weight,
        "share": told.share,
        "used_today": told.used_today,
        "allowance": told.allowance,
        "senders": {
            sender: {"reason": rest.reason, "until": _iso(rest.until)}
            for sender, rest in told.senders.items()
        },
        "limits": _limits(config.limits),
    }


def lines(told: Sequence[Overview]) -> str:
    """The relays for people: what each is called, how things stand, and what it takes."""
    return "\n".join(line for one in told for line in _lines(one))


def findings_as_facts(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """What came of each step, as JSON."""
    return [
        {"step": one.step.value, "result": one.result.value, "said": one.said, "advice": one.advice}
        for one in findings
    ]


def findings_lines(findings: Sequence[Finding], where: str, recipient: str) -> str:
    """What came of each step, a line for each, and a sentence at the end."""
    lines = [
        f"{MARKS[one.result]:<6} {one.step.value.replace('_', ' '):<9} {one.said}".rstrip()
        for one in findings
    ]
    lines += [one.advice for one in findings if one.advice]
    if all(one.result is not Result.FAILED for one in findings):
        lines.append(f"{where} took a test message to {recipient}. See whether it arrives.")
    return "\n".join(lines)


def _lines(told: Overview) -> Iterator[str]:
    config = told.config
    number = config.key.removeprefix("transport:")
    name = config.relay.where if config.name == config.relay.where else f"{config.name}, {config.relay.where}"
    yield f"{number:<3} {name}" if number.isdigit() else f"{config.key} (SMTP_URL)"
    yield f"    {_state(told)}"
    for sender, rest in told.senders.items():
        again = f" until {_moment(rest.until)}" if rest.until else ""
        yield f"    not for {sender}{again}: {rest.reason}"
    yield f"    {', '.join([*_shares(told), *_limit_words(config.limits)])}"


def _state(told: Overview) -> str:
    standing = told.standing
    until = _moment(standing.until) if standing.until else ""
    words = {
        Obstacle.PAUSED: "paused",
        Obstacle.BROKEN: f"cannot be used: {standing.sentence}",
        Obstacle.STUCK: f"needs you: {standing.sentence}",
        Obstacle.RESTING: f"rests until {until}: {standing.sentence}",
        Obstacle.HOURS: f"outside its hours until {until}",
        Obstacle.DAY: f"done for today, until {until}",
    }
    return words.get(standing.obstacle or Obstacle.PACE, "sends")


def _shares(told: Overview) -> Iterator[str]:
    if not told.standing.needs_somebody:
        yield f"takes {told.share} %" if told.config.weight else "a reserve"
    if told.allowance is not None:
        yield f"{told.used_today:,} of {told.allowance:,} used today"


def _limits(limits: Limits) -> dict[str, Any]:
    return {
        "connections": limits.connections,
        "messages_per_connection": limits.messages_per_connection,
        "per_second": limits.per_second,
        "per_day": limits.per_day,
        "provider_limits": dict(limits.provider_limits),
        "hours": limits.hours,
        "zone": limits.zone,
        "warm_up_from": limits.warm_up_from.isoformat() if limits.warm_up_from else None,
        "warm_up_per_day": limits.warm_up_per_day,
    }


def _limit_words(limits: Limits) -> list[str]:
    words = [f"{limits.connections} connections of {limits.messages_per_connection:,} messages"]
    if limits.per_second is not None:
        words.append(f"{limits.per_second:g} a second")
    if limits.per_day is not None:
        words.append(f"{limits.per_day:,} a day")
    words += [f"{rate:g} a second to {provider}" for provider, rate in limits.provider_limits.items()]
    if limits.hours:
        words.append(f"only {limits.hours} ({limits.zone})")
    if limits.warm_up_from is not None:
        words.append(f"warms up since {limits.warm_up_from}")
    return words


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    same_day = there.date() == clock.now().date()
    return f"{there:%H:%M:%S}" + (" UTC" if same_day else f" UTC on {there:%Y-%m-%d}")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None

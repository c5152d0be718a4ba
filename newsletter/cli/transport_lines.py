"""The output of `newsletter transport list` and `test`: lines for people, JSON for programs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.core import clock
from newsletter.smtp.probe import Finding, Result
from newsletter.transports.availability import Obstacle
from newsletter.transports.overview import Overview
from newsletter.transports.transport_config import Limits

MARKS = {Result.DONE: "ok", Result.FAILED: "failed", Result.NOT_REACHED: "-", Result.NOT_NEEDED: "-"}


def as_facts(overview: Overview) -> dict[str, Any]:
    """One relay as JSON. `state` is `sends`, or a value of `Obstacle`."""
    config, availability = overview.config, overview.availability
    number = config.key.removeprefix("transport:")
    return {
        "id": int(number) if number.isdigit() else None,
        "key": config.key,
        "name": config.name,
        "relay": config.relay.where,
        "username": config.relay.user,
        "state": "sends" if availability.obstacle is None else availability.obstacle.value,
        "until": _iso(availability.until),
        "reason": availability.sentence,
        "weight": config.weight,
        "share": overview.share,
        "used_today": overview.used_today,
        "allowance": overview.allowance,
        "senders": {
            sender: {"reason": cooldown.reason, "until": _iso(cooldown.until)}
            for sender, cooldown in overview.senders.items()
        },
        "limits": _limits(config.limits),
    }


def lines(overviews: Sequence[Overview]) -> str:
    """The relays for people: the name of each, whether it sends, its share and its limits."""
    return "\n".join(line for overview in overviews for line in _lines(overview))


def findings_as_facts(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The finding of each step, as JSON."""
    return [
        {"step": each.step.value, "result": each.result.value, "said": each.said, "advice": each.advice}
        for each in findings
    ]


def findings_lines(findings: Sequence[Finding], where: str, recipient: str) -> str:
    """A line for the finding of each step, and a sentence at the end."""
    lines = [
        f"{MARKS[one.result]:<6} {one.step.value.replace('_', ' '):<9} {one.said}".rstrip()
        for one in findings
    ]
    lines += [one.advice for one in findings if one.advice]
    if all(one.result is not Result.FAILED for one in findings):
        lines.append(f"{where} accepted a test message to {recipient}. Check that it arrives.")
    return "\n".join(lines)


def _lines(overview: Overview) -> Iterator[str]:
    config = overview.config
    number = config.key.removeprefix("transport:")
    name = config.relay.where if config.name == config.relay.where else f"{config.name}, {config.relay.where}"
    yield f"{number:<3} {name}" if number.isdigit() else f"{config.key} (SMTP_URL)"
    yield f"    {_state(overview)}"
    for sender, cooldown in overview.senders.items():
        again = f" until {_moment(cooldown.until)}" if cooldown.until else ""
        yield f"    not for {sender}{again}: {cooldown.reason}"
    yield f"    {', '.join([*_shares(overview), *_limit_words(config.limits)])}"


def _state(overview: Overview) -> str:
    availability = overview.availability
    until = _moment(availability.until) if availability.until else ""
    words = {
        Obstacle.PAUSED: "paused",
        Obstacle.UNUSABLE: f"cannot be used: {availability.sentence}",
        Obstacle.PERMANENT_FAILURE: f"needs attention: {availability.sentence}",
        Obstacle.COOLING_DOWN: f"rests until {until}: {availability.sentence}",
        Obstacle.OUTSIDE_HOURS: f"outside its hours until {until}",
        Obstacle.DAILY_LIMIT: f"done for today, until {until}",
    }
    return words.get(availability.obstacle or Obstacle.RATE_LIMITED, "sends")


def _shares(overview: Overview) -> Iterator[str]:
    if not overview.availability.needs_operator:
        yield f"takes {overview.share} %" if overview.config.weight else "a reserve"
    if overview.allowance is not None:
        yield f"{overview.used_today:,} of {overview.allowance:,} used today"


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
        words.append(f"warming up since {limits.warm_up_from}")
    return words


def _moment(moment: datetime) -> str:
    there = moment.astimezone(UTC)
    same_day = there.date() == clock.now().date()
    return f"{there:%H:%M:%S}" + (" UTC" if same_day else f" UTC on {there:%Y-%m-%d}")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None

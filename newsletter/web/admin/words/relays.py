"""The state of a relay, its limits and the steps of its test, in the words of the settings page."""

from datetime import datetime

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from newsletter.core import clock
from newsletter.smtp.probe import ProbeStep, Result
from newsletter.transports.availability import Availability, Obstacle
from newsletter.transports.overview import Overview
from newsletter.transports.providers import PROVIDERS
from newsletter.transports.transport_config import Limits
from newsletter.web.admin.dates import time_of_day

# The kind of each state; those that are not here are neutral.
KINDS: dict[Obstacle | None, str] = {
    None: "success",
    Obstacle.RATE_LIMITED: "success",
    Obstacle.UNUSABLE: "error",
    Obstacle.PERMANENT_FAILURE: "error",
    Obstacle.COOLING_DOWN: "warning",
}


# One or two words for what is in the way, and until when where it passes by itself.
STATES: dict[Obstacle | None, object] = {
    None: _lazy("Sends"),
    Obstacle.RATE_LIMITED: _lazy("Sends"),
    Obstacle.PAUSED: _lazy("Paused"),
    Obstacle.UNUSABLE: _lazy("Needs attention"),
    Obstacle.PERMANENT_FAILURE: _lazy("Needs attention"),
    Obstacle.COOLING_DOWN: _lazy("Waiting until %(moment)s"),
    Obstacle.OUTSIDE_HOURS: _lazy("Outside its hours until %(moment)s"),
    Obstacle.DAILY_LIMIT: _lazy("Done for today, until %(moment)s"),
}

# The steps of a test, and what came of each.
STEPS: dict[ProbeStep, object] = {
    ProbeStep.LOOK_UP: _lazy("Look up the name"),
    ProbeStep.CONNECT: _lazy("Connect"),
    ProbeStep.GREETING: _lazy("Greeting"),
    ProbeStep.TLS: _lazy("Encryption (TLS)"),
    ProbeStep.AUTH: _lazy("Sign in (AUTH)"),
    ProbeStep.MESSAGE: _lazy("Test message"),
}
RESULTS: dict[Result, object] = {
    Result.DONE: _lazy("Done"),
    Result.FAILED: _lazy("Failed"),
    Result.NOT_REACHED: _lazy("Not reached"),
    Result.NOT_NEEDED: _lazy("Not needed"),
}


def state_words(availability: Availability) -> str:
    """One or two words, and until when it stays so."""
    moment = until_words(availability.until) if availability.until else ""
    return str(STATES[availability.obstacle]) % {"moment": moment}


def until_words(moment: datetime) -> str:
    """The time of day in UTC, with the date when that is another day."""
    time = time_of_day(moment)
    if moment.date() == clock.now().date():
        return str(_("%(time)s (UTC)", time=time))
    return str(_("%(date)s, %(time)s (UTC)", date=format_date(moment, "medium"), time=time))


def share_words(relay: Overview, alone: bool) -> str:
    """Its share of the windows; empty where there is nothing to share."""
    if alone or relay.availability.needs_operator:
        return ""
    if relay.config.weight == 0:
        return str(_("Backup: used only when no other relay can send"))
    return str(_("Takes about %(percent)s%% of the mail", percent=relay.share))


def use_words(relay: Overview) -> str:
    """How much of today's messages is used; empty where they are not counted."""
    if relay.allowance is None:
        return ""
    return str(
        ngettext(
            "%(used)s of %(allowance)s message used today",
            "%(used)s of %(allowance)s messages used today",
            relay.allowance,
            used=f"{relay.used_today:,}",
            allowance=f"{relay.allowance:,}",
        )
    )


def limit_words(limits: Limits) -> list[str]:
    """What holds it back, each in a few words."""
    words = [
        str(
            ngettext(
                "%(num)s connection, %(messages)s messages on each",
                "%(num)s connections, %(messages)s messages on each",
                limits.connections,
                messages=f"{limits.messages_per_connection:,}",
            )
        )
    ]
    if limits.per_second is not None:
        words.append(str(_("%(number)s a second", number=f"{limits.per_second:,g}")))
    if limits.per_day is not None:
        words.append(str(_("%(number)s a day", number=f"{limits.per_day:,}")))
    for provider, rate in limits.provider_limits.items():
        words.append(
            str(_("%(number)s a second to %(provider)s", number=f"{rate:,g}", provider=PROVIDERS[provider]))
        )
    if limits.hours:
        hours = limits.hours.replace("-", "\N{EN DASH}")
        words.append(str(_("only %(hours)s (%(zone)s)", hours=hours, zone=limits.zone)))
    if limits.warm_up_from is not None:
        words.append(str(_("warming up since %(date)s", date=format_date(limits.warm_up_from, "medium"))))
    return words

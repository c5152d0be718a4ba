"""How things stand with a relay, in the words of the settings page."""

from datetime import datetime

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from newsletter.core import clock
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


def state_words(availability: Availability) -> str:
    """One or two words, and until when it stays so."""
    until = until_words(availability.until) if availability.until else ""
    match availability.obstacle:
        case Obstacle.PAUSED:
            return str(_("Paused"))
        case Obstacle.UNUSABLE | Obstacle.PERMANENT_FAILURE:
            return str(_("Needs you"))
        case Obstacle.COOLING_DOWN:
            return str(_("Rests until %(moment)s", moment=until))
        case Obstacle.OUTSIDE_HOURS:
            return str(_("Outside its hours until %(moment)s", moment=until))
        case Obstacle.DAILY_LIMIT:
            return str(_("Done for today, until %(moment)s", moment=until))
        case _:
            return str(_("Sends"))


def until_words(moment: datetime) -> str:
    """The time of day in UTC, with the date when that is another day."""
    time = time_of_day(moment)
    if moment.date() == clock.now().date():
        return str(_("%(time)s (UTC)", time=time))
    return str(_("%(date)s, %(time)s (UTC)", date=format_date(moment, "medium"), time=time))


def share_words(told: Overview, alone: bool) -> str:
    """Its share of the windows; empty where there is nothing to share."""
    if alone or told.availability.needs_operator:
        return ""
    if told.config.weight == 0:
        return str(_("Reserve: sends when no other can"))
    return str(_("Takes about %(percent)s%% of the mail", percent=told.share))


def use_words(told: Overview) -> str:
    """How much of today's messages is used; empty where they are not counted."""
    if told.allowance is None:
        return ""
    return str(
        ngettext(
            "%(used)s of %(allowance)s message used today",
            "%(used)s of %(allowance)s messages used today",
            told.allowance,
            used=f"{told.used_today:,}",
            allowance=f"{told.allowance:,}",
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
        words.append(str(_("warms up since %(date)s", date=format_date(limits.warm_up_from, "medium"))))
    return words

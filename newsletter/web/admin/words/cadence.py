"""A cadence in words for editors: “Every Tuesday and Friday at 08:00 Europe/Rome”."""

from babel.dates import get_day_names
from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from newsletter.cadence.rule import LAST, Rule
from newsletter.web.admin.formats import page_locale

_NTH: dict[int, object] = {
    1: lazy_gettext("On the first %(day)s of each month, at %(time)s %(zone)s"),
    2: lazy_gettext("On the second %(day)s of each month, at %(time)s %(zone)s"),
    3: lazy_gettext("On the third %(day)s of each month, at %(time)s %(zone)s"),
    4: lazy_gettext("On the fourth %(day)s of each month, at %(time)s %(zone)s"),
    LAST: lazy_gettext("On the last %(day)s of each month, at %(time)s %(zone)s"),
}


def rule_words(rule: Rule) -> str:
    """The rule as a sentence without its full stop."""
    facts = {"time": f"{rule.hour:02}:{rule.minute:02}", "zone": rule.zone}
    if rule.month_day == LAST:
        return str(_("On the last day of each month, at %(time)s %(zone)s", **facts))
    if rule.month_day is not None:
        return str(_("On day %(day)s of each month, at %(time)s %(zone)s", day=rule.month_day, **facts))
    names = get_day_names("wide", locale=page_locale())
    days = format_list([names[day] for day in rule.weekdays], locale=page_locale())
    if rule.nth is not None:
        return str(_NTH[rule.nth]) % {"day": days, **facts}
    return str(_("Every %(days)s at %(time)s %(zone)s", days=days, **facts))

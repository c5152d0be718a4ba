"""Rates in words: never without what they are of, no percentage of few, and none above a hundred."""

from babel.numbers import format_decimal, format_percent
from flask_babel import gettext as _

from newsletter.reports.rate import Rate
from newsletter.web.admin.formats import exactly, page_locale


def rate_of(rate: Rate) -> str:
    """What stands below the count, such as “of 61,204 (2.0%)” or “of 313 (1.45 each)”."""
    share = rate.share
    if share is None:
        return str(_("of %(all)s", all=exactly(rate.of)))
    if share > 1:  # people may click more than once
        each = format_decimal(share, "#,##0.0#", locale=page_locale())
        return str(_("of %(all)s (%(count)s each)", all=exactly(rate.of), count=each))
    return str(_("of %(all)s (%(share)s)", all=exactly(rate.of), share=percent(share)))


def rate_words(rate: Rate | None) -> str:
    """The whole in one line, such as “1,204 of 61,204 (2.0%)”; a dash for what was not counted."""
    return "–" if rate is None else f"{exactly(rate.count)} {rate_of(rate)}"


def percent(share: float) -> str:
    """With one digit; with two below one percent, where those decide."""
    digits = "#,##0.00%" if 0 < share < 0.01 else "#,##0.0%"
    return format_percent(share, digits, locale=page_locale())

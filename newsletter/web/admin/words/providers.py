"""Mailbox providers and rates of complaints in words."""

from flask_babel import gettext as _

from newsletter.reports.providers import HIGH_LINE, LOW_LINE, ComplaintLevel, ProviderFigures
from newsletter.web.admin.words.rates import percent


def receiver_name(figures: ProviderFigures) -> str:
    """The provider or the domain; all others have words of ours."""
    return figures.name or str(_("All others"))


def level_words(level: ComplaintLevel) -> str:
    """Where the rate is between the lines; empty of few."""
    low, high = percent(LOW_LINE), percent(HIGH_LINE)
    words = {
        ComplaintLevel.UNKNOWN: "",
        ComplaintLevel.GOOD: _("below %(line)s", line=low),
        ComplaintLevel.RAISED: _("%(line)s or more", line=low),
        ComplaintLevel.TOO_HIGH: _("%(line)s or more", line=high),
    }
    return str(words[level])

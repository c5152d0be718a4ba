"""What is going on with a mailing, in sentences: its state, its speed, and when something is not right."""

from datetime import datetime

from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import ngettext

from newsletter.core import clock
from newsletter.mailings.models import Control, Mailing
from newsletter.mailings.progress import Progress
from newsletter.mailings.totals import DisplayedState, MailingTotals
from newsletter.web.admin.dates import long_moment
from newsletter.web.admin.formats import duration, exactly, isolated, page_locale

SLOW = 2  # a second; below, the rate is told by the minute


def state_sentence(mailing: Mailing, totals: MailingTotals, zone: str) -> str:
    """What happens now, or what happened in the end."""
    sent, when = exactly(totals.sent), _moment(totals, zone)
    if totals.state is DisplayedState.SCHEDULED:
        return str(_("It will be sent on %(when)s. Recipients are counted then.", when=when))
    if totals.state is DisplayedState.FREEZING:
        sentence = _("Counting recipients: %(count)s so far.", count=exactly(totals.candidates))
    elif totals.state is DisplayedState.SENDING:
        sentence = _("Sending since %(when)s.", when=when)
        if totals.waits:
            return f"{sentence} {_waiting(totals)}"
    elif totals.state is DisplayedState.PAUSED and totals.started_at is None:
        sentence = _(
            "It was due to start on %(when)s. It will not start until someone resumes it.", when=when
        )
    elif totals.state is DisplayedState.PAUSED:
        sentence = _("Nothing is in flight, and nothing more will be sent until someone resumes it.")
    elif totals.state is DisplayedState.STOPPING:
        return _stopping(mailing, totals)
    elif totals.state is DisplayedState.CANCELLED:
        sentence = _("Cancelled on %(when)s: %(sent)s sent, 0 in flight.", when=when, sent=sent)
    else:
        sentence = _("Finished on %(when)s: %(sent)s sent.", when=when, sent=sent)
    return str(sentence)


def limit_sentence(per_second: float | None) -> str:
    """How fast it may go."""
    if per_second is None:
        return str(_("No limit: as fast as the relay accepts messages."))
    return str(_("At most %(rate)s a second.", rate=_exact_rate(per_second)))


def silence_sentence(totals: MailingTotals, progress: Progress) -> str:
    """That nobody seems to work on it; empty while all is well."""
    if progress.silent_seconds is None:
        return ""
    long = duration(progress.silent_seconds)
    if totals.state is DisplayedState.SCHEDULED:
        return str(
            _("It was due %(long)s ago, but no worker has started on it. Are the workers running?", long=long)
        )
    return str(
        _(
            "No worker has reported on it for %(long)s. Are the workers running? Nothing "
            "is lost: it continues when they are.",
            long=long,
        )
    )


def speed_words(totals: MailingTotals, progress: Progress) -> list[str]:
    """Rate, time left and the next retry, as far as they are known."""
    said = []
    if totals.over and progress.mostly_done is not None and progress.elapsed is not None:
        said.append(_("Almost all were sent in %(long)s", long=duration(progress.mostly_done)))
        said.append(_("the last retry was after %(long)s", long=duration(progress.elapsed)))
    elif totals.over and progress.elapsed is not None:
        said.append(_("It took %(long)s", long=duration(progress.elapsed)))
    if progress.rate:
        said.append(_rate(progress.rate))
    if totals.per_second is not None and not totals.over:
        said.append(_("at most %(rate)s a second", rate=_exact_rate(totals.per_second)))
    if progress.seconds_left is not None and not totals.waits:
        said.append(_("about %(long)s left", long=duration(progress.seconds_left)))
    if totals.retry and progress.next_retry is not None and progress.silent_seconds is None:
        said.append(_next_retry(progress.next_retry))
    return [str(word) for word in said]


def _stopping(mailing: Mailing, totals: MailingTotals) -> str:
    flying = ngettext(
        "%(count)s message is still in flight.",
        "%(count)s messages are still in flight.",
        totals.in_flight,
        count=exactly(totals.in_flight),
    )
    if mailing.control is Control.CANCEL:
        return str(_("It is being cancelled; no more messages are started. %(flying)s", flying=flying))
    return str(_("It is being paused; no more messages are started. %(flying)s", flying=flying))


def _waiting(totals: MailingTotals) -> str:
    """Why nothing leaves at the moment, and when it is tried again."""
    why = isolated(totals.waiting_for)
    if totals.not_before is None:
        return str(_("Nothing is being sent right now: %(why)s", why=why))
    long = duration((totals.not_before - clock.now()).total_seconds())
    return str(_("Nothing is being sent right now: %(why)s Next try in %(long)s.", why=why, long=long))


def _exact_rate(per_second: float) -> str:
    return format_decimal(per_second, locale=page_locale())


def _rate(rate: float) -> str:
    if rate < SLOW:
        return str(_("%(count)s a minute on average", count=exactly(max(1, round(rate * 60)))))
    return str(_("%(count)s a second on average", count=exactly(round(rate))))


def _next_retry(due: datetime) -> str:
    seconds = (due - clock.now()).total_seconds()
    if seconds <= 0:
        return str(_("next retry now"))
    return str(_("next retry in %(long)s", long=duration(seconds)))


def _moment(totals: MailingTotals, zone: str) -> str:
    moment = totals.finished_at or totals.started_at or totals.scheduled_at
    return long_moment(moment, zone) if moment is not None else ""

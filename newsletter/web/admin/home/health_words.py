"""The health of the installation in plain words: what is so, and what to do where something is wrong."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy
from flask_babel import ngettext

from newsletter.core import clock
from newsletter.core.queue import Queue
from newsletter.health.check import AutoPausedMailing, Health, OutboxState, UnsubscribesState
from newsletter.health.heartbeats import Heartbeats, is_silent
from newsletter.preflight.sender_checks.vanished import VanishedRecord
from newsletter.web.admin.formats import duration, exactly, isolated

# What the workers of each queue do.
WORK: dict[Queue, object] = {
    Queue.TRANSACTIONAL: _lazy("confirmations and other system messages"),
    Queue.BULK: _lazy("sending mailings"),
    Queue.IMPORTS: _lazy("imports"),
    Queue.FETCH: _lazy("reading pages for the inbox"),
    Queue.PERIODIC: _lazy("schedules and tidying up"),
}


@dataclass(frozen=True)
class Condition:
    """A part of the installation. `kind` is that of a state ("success", "warning", "error"), "" for unknown.

    `sentence` says how it is, `step` what to do about it; `url` leads to its place, where there is one, and
    `link` says what that is when it is not a mailing. What `is_technical` is for those who run the server.
    """

    part: str
    kind: str
    word: str
    sentence: str
    step: str = ""
    url: str = ""
    link: str = ""
    is_technical: bool = False


def for_editors(parts: list[Condition]) -> list[Condition]:
    """The conditions in an editor's words: what is technical is one sentence, with the way to the details."""
    technical = [part for part in parts if part.is_technical]
    url = f"{request.script_root}/admin/settings/health"
    if any(part.kind in {"warning", "error"} for part in technical):
        summed = Condition(
            _("Sending"),
            "error" if any(part.kind == "error" for part in technical) else "warning",
            _("Needs attention"),
            _("There is a problem on the server, so messages may be late. Nothing is lost."),
            _("Tell the person who runs the server."),
            url,
            _("See the details"),
        )
    elif any(not part.kind for part in technical):
        summed = replace(_starting(_("Sending")), url=url, link=_("See the details"))
    else:
        sentence = _("Everything that sends messages is running.")
        summed = Condition(_("Sending"), "success", _("Working"), sentence, "", url, _("See the details"))
    return [part for part in parts if not part.is_technical] + [summed]


def conditions(health: Health, mentioned: Collection[int] = ()) -> list[Condition]:
    """Every part, in the order in which mail goes through them.

    `mentioned` are the mailings of which the page says elsewhere that they are held, and why.
    """
    technical = [
        # A mailing that paused because of the relay has its own condition, which says why.
        *([_relay(health.outbox)] if health.outbox.last_error or not health.auto_paused else []),
        _workers(health.heartbeats, health.starting),
        _sweep(health.heartbeats, health.starting),
        _outbox(health.outbox, health.heartbeats),
    ]
    return [
        *(_held(held) for held in health.auto_paused if held.mailing_id not in mentioned),
        *(replace(condition, is_technical=True) for condition in technical),
        *map(_vanished, health.vanished),
        *([_failed(health.outbox)] if health.outbox.failed else []),
        *([_unsubscribes(health.unsubscribes)] if health.unsubscribes.waiting else []),
        *([_failed_unsubscribes(health.unsubscribes)] if health.unsubscribes.failed else []),
    ]


def _held(held: AutoPausedMailing) -> Condition:
    return Condition(
        _("Mailing"),
        "error",
        _("Needs attention"),
        _(
            "“%(title)s” was paused automatically: %(reason)s",
            title=isolated(held.title),
            reason=isolated(held.reason),
        ),
        _("Fix this, then resume the mailing. Nobody was skipped, and nobody will get it twice."),
        f"{request.script_root}/admin/mailings/{held.mailing_id}",
    )


def _vanished(record: VanishedRecord) -> Condition:
    return Condition(
        _("DNS"),
        "error",
        _("Record missing"),
        _(
            "The %(kind)s record %(name)s has disappeared from the DNS.",
            kind=record.kind.value.upper(),
            name=isolated(record.name),
        ),
        _("Receivers may think your mail is forged. Publish it again."),
        f"{request.script_root}/admin/p/{record.slug}/deliverability",
        _("See what to publish"),
    )


def _relay(outbox: OutboxState) -> Condition:
    if not outbox.last_error:
        return Condition(_("Relay"), "success", _("Working"), _("No waiting message has been refused."))
    return Condition(
        _("Relay"),
        "warning",
        _("Check this"),
        _("A message could not be sent: %(reason)s", reason=isolated(outbox.last_error)),
        _("It will be retried automatically. If this continues, check SMTP_URL and the relay’s logs."),
    )


def _starting(part: str) -> Condition:
    return Condition(
        part, "", _("Starting"), _("The server has just been started. This takes half a minute.")
    )


def _workers(heartbeats: Heartbeats | None, starting: bool) -> Condition:
    part = _("Workers")
    if heartbeats is None:
        return Condition(
            part,
            "error",
            _("Unknown"),
            _(
                "Redis is not responding, so we cannot see whether the workers are running, or"
                " give them work."
            ),
            _("Start Redis, or check REDIS_URL. Nothing is lost: waiting work continues once Redis is back."),
        )
    if not heartbeats.silent:
        return Condition(part, "success", _("Running"), _("All queues have a running worker."))
    if starting:
        return _starting(part)
    return Condition(
        part,
        "error",
        _("Not responding"),
        _(
            "No worker is available for: %(work)s. %(since)s",
            work=_work(heartbeats.silent),
            since=_since(heartbeats),
        ),
        _("Start the workers on the server (`newsletter run` starts them all). Nothing is lost meanwhile."),
    )


def _sweep(heartbeats: Heartbeats | None, starting: bool) -> Condition:
    part = _("Schedules")
    if heartbeats is None:
        return Condition(part, "", _("Unknown"), _("The time of the last check is kept in Redis."))
    if not is_silent(heartbeats.sweep_age):
        return Condition(
            part,
            "success",
            _("Running"),
            _("The database was checked for work less than a minute ago."),
        )
    if starting:
        return _starting(part)
    sentence = _("The database was not checked for work in the last day.")
    if heartbeats.sweep_age is not None:
        sentence = _(
            "The database was last checked for work %(long)s ago.", long=duration(heartbeats.sweep_age)
        )
    return Condition(
        part,
        "error",
        _("Not responding"),
        sentence,
        _("Start the periodic worker. Until then, scheduled or interrupted work may be delayed."),
    )


def _outbox(outbox: OutboxState, heartbeats: Heartbeats | None) -> Condition:
    part = _("System messages")
    if not outbox.waiting:
        return Condition(
            part,
            "success",
            _("Nothing"),
            (
                _("Nothing is waiting.")
                if outbox.failed
                else _("All confirmations and other system messages have been sent.")
            )
            + _queued(heartbeats),
        )
    sentence = ngettext(
        "%(count)s system message has been waiting for %(long)s.",
        "%(count)s system messages are waiting, the oldest for %(long)s.",
        outbox.waiting,
        count=exactly(outbox.waiting),
        long=duration((clock.now() - (outbox.oldest or clock.now())).total_seconds()),
    )
    if not outbox.late:
        return Condition(part, "success", _("In progress"), sentence + _queued(heartbeats))
    return Condition(
        part,
        "warning",
        _("Late"),
        sentence + _queued(heartbeats),
        _(
            "People are waiting for these: confirmations, invitations, test messages. Make sure the"
            " workers are running."
        ),
    )


def _failed(outbox: OutboxState) -> Condition:
    sentence = ngettext(
        "%(count)s confirmation or other system message could not be delivered: %(reason)s",
        "%(count)s confirmations and other system messages could not be delivered. Most recent"
        " reason: %(reason)s",
        outbox.failed,
        count=exactly(outbox.failed),
        reason=isolated(outbox.failed_error),
    )
    person = outbox.failed_subscriber
    return Condition(
        _("System messages"),
        "warning",
        _("Failed"),
        sentence,
        _("You can send another one from the person’s page, or they can ask for one on the sign-up page."),
        f"{request.script_root}/admin/subscribers/{person}" if person else "",
        _("See the person"),
    )


def _unsubscribes(unsubscribes: UnsubscribesState) -> Condition:
    sentence = ngettext(
        "%(count)s reader unsubscribed while the database was unavailable.",
        "%(count)s readers unsubscribed while the database was unavailable.",
        unsubscribes.waiting,
        count=exactly(unsubscribes.waiting),
    )
    step = _("This takes effect within a second, and before anything else is sent.")
    return Condition(_("Unsubscribes"), "warning", _("Waiting"), sentence, step)


def _failed_unsubscribes(unsubscribes: UnsubscribesState) -> Condition:
    sentence = ngettext(
        "%(count)s unsubscribe could not be processed. The web server’s log says why.",
        "%(count)s unsubscribes could not be processed. The web server’s log says why.",
        unsubscribes.failed,
        count=exactly(unsubscribes.failed),
    )
    step = _(
        "Check the files in %(folder)s on the server. To retry one, move it up one folder.",
        folder=isolated(str(unsubscribes.failed_folder)),
    )
    return Condition(_("Unsubscribes"), "error", _("Failed"), sentence, step)


def _queued(heartbeats: Heartbeats | None) -> str:
    waiting = sum(heartbeats.queue_lengths.values()) if heartbeats else 0
    if not waiting:
        return ""
    sentence = ngettext(
        "%(count)s job is queued.", "%(count)s jobs are queued.", waiting, count=exactly(waiting)
    )
    return f" {sentence}"


def _work(queues: list[Queue]) -> str:
    return ", ".join(str(WORK[queue]) for queue in queues)


def _since(heartbeats: Heartbeats) -> str:
    ages = [age for queue in heartbeats.silent if (age := heartbeats.ages[queue]) is not None]
    if not ages:
        return str(_("No worker has reported within the last day."))
    return str(_("A worker last reported %(long)s ago.", long=duration(min(ages))))

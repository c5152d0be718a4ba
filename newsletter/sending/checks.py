"""Every check that finds and repairs what got lost, on one page: what it does, how often, and why.

The database is the truth and a job only a notification, so a task that was lost, a worker that was killed or
a Redis that was flushed costs seconds and no mail. The periodic worker of each host runs these checks by a
timer of its own (`workers.periodic`), which needs no broker. Beat's tick (`workers.schedule`) does the sweep
where that timer is late.
"""

from newsletter import jobs
from newsletter.cadence.prepare import prepare_due_issues
from newsletter.core.queue import broker
from newsletter.curation.fetch_next import publish_fetch_jobs
from newsletter.curation.suggest import forget_senders
from newsletter.preflight.sender_checks.check import publish_sender_jobs
from newsletter.preflight.spam_checks.check import publish_spam_jobs
from newsletter.sending.check_runner import Check, CheckContext, Period, in_transaction
from newsletter.sending.hosts import beat, host_id
from newsletter.sending.recover import delete_old_tallies, recover
from newsletter.sending.refusals import publish_refusal_job
from newsletter.sending.sweep import (
    finish_mailings,
    publish_mailing_jobs,
    publish_request_jobs,
    publish_system_message_jobs,
)
from newsletter.subscribers.address_change import forget_unconfirmed
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.process import tidy_exports
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.requeue import requeue_waiting_imports
from newsletter.subscribers.imports.tidy import tidy_imports
from newsletter.subscribers.pause import resume_due
from newsletter.subscribers.replay_unsubscribes import replay
from newsletter.tracking.intake import take_hits
from newsletter.tracking.rejudge import purge, rejudge
from newsletter.tracking.spool import HitSpool


def _replay_unsubscribes(context: CheckContext) -> None:
    replay(context.unsubscribes, context.sessions)


def _sweep_mailings(context: CheckContext) -> None:
    publish_mailing_jobs(context.sessions, context.bulk_processes)


def _sweep_spam_checks(context: CheckContext) -> None:
    if context.spamassassin_url:
        publish_spam_jobs(context.sessions)


def _record_host(context: CheckContext) -> None:
    with context.sessions() as session:
        beat(session, host_id(context.tally_dir))
        session.commit()


def _recover_windows(context: CheckContext) -> None:
    recover(context.sessions, host_id(context.tally_dir), context.watch)


def _tidy_imports(context: CheckContext) -> None:
    tidy_imports(context.sessions, ImportFiles(context.data_dir))


def _poll_mailbox(context: CheckContext) -> None:
    if context.has_imap and broker.waiting(jobs.poll_mailbox.queue) == 0:
        jobs.poll_mailbox.publish()


CHECKS = (
    Check(
        _replay_unsubscribes,
        Period.ALWAYS,
        "A web server died with unsubscribes that it had answered while the database was away.",
    ),
    Check(
        lambda context: finish_mailings(context.sessions),
        Period.SWEEP,
        "The last holder of a mailing died after its last answer: nobody noticed that it is over.",
    ),
    Check(
        _sweep_mailings,
        Period.SWEEP,
        "A scheduled time came, a retry is due, or a job was lost: nobody works on a mailing.",
    ),
    Check(
        lambda context: publish_system_message_jobs(context.sessions),
        Period.SWEEP,
        "A system message is to be tried again, or its job was lost: someone waits for it.",
    ),
    Check(
        lambda context: publish_request_jobs(context.sessions),
        Period.SWEEP,
        "The job of a sign-up or of a password reset was lost: someone looks for the message.",
    ),
    Check(
        lambda context: requeue_waiting_imports(context.sessions),
        Period.SWEEP,
        "The worker of an import died, or its job was lost: nobody works on it.",
    ),
    Check(
        lambda context: publish_fetch_jobs(context.sessions),
        Period.SWEEP,
        "The worker that read a page died, or its job was lost: its entry would be fetched for ever.",
    ),
    Check(
        lambda context: (
            context.hits and take_hits(context.sessions, context.hits, HitSpool(context.data_dir))
        ),
        Period.SWEEP,
        "Clicks on links have to be counted.",
    ),
    Check(
        lambda context: publish_sender_jobs(context.sessions),
        Period.RECOVERY,
        "A sender is new, or the DNS was asked hours ago: a review would name what is long fixed.",
    ),
    Check(
        _sweep_spam_checks,
        Period.RECOVERY,
        "Someone edited a draft: its review would say nothing about spam.",
    ),
    Check(
        _record_host,
        Period.RECOVERY,
        "Other hosts take this one for gone when its counter does not change, and settle its windows.",
    ),
    Check(
        _recover_windows,
        Period.RECOVERY,
        "A process died with a window reserved: its recipients would be in flight for ever.",
    ),
    Check(
        lambda context: delete_old_tallies(context.tally_dir),
        Period.RECOVERY,
        "Tallies of windows that someone else settled stay behind: they would fill the disk.",
    ),
    Check(
        _tidy_imports,
        Period.RECOVERY,
        "Someone uploaded addresses and never confirmed their import: they would lie here for ever.",
    ),
    Check(
        lambda context: tidy_exports(context.sessions, ExportFiles(context.data_dir)),
        Period.RECOVERY,
        "A file of people was asked for, or lies there since yesterday: it would never come, or never go.",
    ),
    Check(
        in_transaction(resume_due),
        Period.RECOVERY,
        "A reader's pause is over: they would never be written to again.",
    ),
    Check(
        lambda context: prepare_due_issues(context.sessions),
        Period.MINUTE,
        "The date of an issue comes near: nobody would begin it, or notice that it is not scheduled.",
    ),
    Check(
        _poll_mailbox,
        Period.MINUTE,
        "Mail waits in the mailbox of IMAP_URL: its server tells nobody.",
    ),
    Check(
        lambda context: publish_refusal_job(context.sessions),
        Period.RECOVERY,
        "A mailing is over: whoever was refused would be written to again and again.",
    ),
    Check(
        lambda context: rejudge(context.sessions),
        Period.MINUTE,
        "A rule that tells people and programs apart has changed: reports would mix what each says.",
    ),
    Check(
        lambda context: purge(context.sessions),
        Period.HOUR,
        "Someone followed a link long ago: when that was would be kept for ever.",
    ),
    Check(
        in_transaction(forget_senders),
        Period.HOUR,
        "Someone mailed or suggested a link long ago: who that was would be kept for ever.",
    ),
    Check(
        in_transaction(forget_unconfirmed),
        Period.HOUR,
        "A new address was never confirmed: whoever has it would be kept here for ever.",
    ),
)

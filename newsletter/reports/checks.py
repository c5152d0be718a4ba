"""The periodic checks of what stands above the sending in the tree, and of sign-ups: see `sending.checks`."""

from newsletter.deferred.attack import forget_old_counts, watch
from newsletter.deferred.suspects import forget_old_suspects
from newsletter.feedback.delete_old import delete_old
from newsletter.reports.count_providers import count_due_mailings
from newsletter.reports.mail_report import mail_due_reports
from newsletter.sending.check_runner import Check, Period, in_transaction
from newsletter.subscribers.bulk.process import forget_people, requeue_bulk
from newsletter.subscribers.cut_ip import cut_ip_addresses
from newsletter.subscribers.retention import apply_retention
from newsletter.subscribers.unconfirmed import look_after_unconfirmed

FURTHER_CHECKS = (
    Check(
        in_transaction(watch),
        Period.RECOVERY,
        "Programs sign strangers up, or have stopped: forms would ask for no proof of work, or for ever.",
    ),
    Check(
        lambda context: look_after_unconfirmed(context.sessions),
        Period.HOUR,
        "Someone overlooked the message that asks to confirm, or never wanted it: they would wait for ever.",
    ),
    Check(
        lambda context: context.files and apply_retention(context.sessions, context.files),
        Period.HOUR,
        "Someone left long ago, or never confirmed: they would be kept for ever.",
    ),
    Check(
        lambda context: cut_ip_addresses(context.sessions),
        Period.HOUR,
        "Records of consent get old: the IP addresses in them would stay whole.",
    ),
    Check(
        in_transaction(forget_old_suspects),
        Period.HOUR,
        "No editor looked at a suspect sign-up for a month: its address would be kept for ever.",
    ),
    Check(in_transaction(forget_old_counts), Period.HOUR, "Counts of sign-ups would fill the disk."),
    Check(
        lambda context: delete_old(context.sessions),
        Period.HOUR,
        "Bounces and complaints get old: what they quote would be kept for ever.",
    ),
    Check(
        lambda context: requeue_bulk(context.sessions),
        Period.RECOVERY,
        "The worker of a bulk change died, or its job was lost: only a part of the people would be changed.",
    ),
    Check(
        lambda context: forget_people(context.sessions),
        Period.HOUR,
        "Many people were changed a month ago: who they were would be kept for ever.",
    ),
    Check(
        lambda context: mail_due_reports(context.sessions),
        Period.MINUTE,
        "A mailing was over a day ago: the team would not be sent its report.",
    ),
    Check(
        lambda context: count_due_mailings(context.sessions),
        Period.MINUTE,
        "A mailing went on, or something came back of it: its report by provider would not say so.",
    ),
)

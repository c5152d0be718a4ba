"""The periodic checks of what stands above the sending in the tree (see `sending.checks`)."""

from newsletter.feedback.delete_old import delete_old
from newsletter.reports.count_providers import count_due_mailings
from newsletter.reports.mail_report import mail_due_reports
from newsletter.sending.checks import Check, Period
from newsletter.subscribers.bulk.process import forget_people, requeue_bulk

FURTHER_CHECKS = (
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

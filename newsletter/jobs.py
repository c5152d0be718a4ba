"""The catalogue: every job, its queue and why it exists.

Every job may be lost or doubled without harm: each reads from the database what is left to do. The sweep of
the periodic worker (see `workers.periodic`) publishes again whatever the database says is waiting.
"""

from newsletter.core.queue import Job, Queue

# Sends one confirmation or other system message; the sweep publishes it again for those that still wait.
send_system_message = Job("send_system_message", Queue.TRANSACTIONAL, {"message_id": int})

# Decides what somebody asked for whom the page must not know; the sweep publishes it for those that are late.
decide_request = Job("decide_request", Queue.TRANSACTIONAL, {"request_id": int})

# Freezes the audience of a due mailing in chunks, compiles its message and starts the sending.
freeze_mailing = Job("freeze_mailing", Queue.BULK, {"mailing_id": int})

# A turn of sending: takes windows of a mailing for some seconds, then is published again while there is more.
drain_mailing = Job("drain_mailing", Queue.BULK, {"mailing_id": int})

# Reads an uploaded file in batches; a worker that ends or dies leaves the rest to the next job.
import_subscribers = Job("import_subscribers", Queue.IMPORTS, {"import_id": int})

# Undoes an import, a batch of people at a time; the sweep publishes it for those that are not done.
undo_import = Job("undo_import", Queue.IMPORTS, {"import_id": int})

# Writes the file of an export, from its beginning; the sweep publishes it for those that are not done.
export_subscribers = Job("export_subscribers", Queue.IMPORTS, {"export_id": int})

# Changes the people whom a filter found, or takes that back; the sweep publishes it for those that stalled.
change_in_bulk = Job("change_in_bulk", Queue.IMPORTS, {"bulk_id": int})

# Reads the page of an entry of an inbox, the picture of one that was used, or a feed: whatever waits longest.
# Published again while there is more.
fetch_next = Job("fetch_next", Queue.FETCH, {})

# Asks the DNS for SPF, DKIM and DMARC of a sender's domain. Published again while more are due.
check_sender = Job("check_sender", Queue.FETCH, {})

# Decides what follows for people whom the relay refused; published when their mailing is over.
take_refusals = Job("take_refusals", Queue.PERIODIC, {})

# Judges all that came back by today's rules; an editor asked for it, and may ask again.
rejudge_feedback = Job("rejudge_feedback", Queue.PERIODIC, {})

# Takes the mail that waits in the mailbox of IMAP_URL; published every minute where there is one.
poll_mailbox = Job("poll_mailbox", Queue.PERIODIC, {})

# Shows the message of a draft to SpamAssassin, where one is configured. Published again while more are due.
check_spam = Job("check_spam", Queue.FETCH, {})

# Beat's tick: publishes a job for all that the database says is due. Also run by the periodic worker's timer.
sweep = Job("sweep", Queue.PERIODIC, {})

CATALOGUE: tuple[Job, ...] = (
    send_system_message,
    decide_request,
    freeze_mailing,
    drain_mailing,
    import_subscribers,
    undo_import,
    export_subscribers,
    change_in_bulk,
    fetch_next,
    check_sender,
    check_spam,
    take_refusals,
    rejudge_feedback,
    poll_mailbox,
    sweep,
)

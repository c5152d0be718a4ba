"""The fetch queue: pages, pictures and feeds for the inbox, what the DNS says about senders, spam."""

from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

from celery.signals import celeryd_after_setup

from newsletter import jobs
from newsletter.curation import fetch_next as fetching
from newsletter.dns_records.ask import ask_dns
from newsletter.media.files import MediaFiles
from newsletter.pages.fetch import Fetcher
from newsletter.preflight.sender_checks import check as senders
from newsletter.preflight.sender_checks.check import SenderContext
from newsletter.preflight.sender_checks.identity import OurMail
from newsletter.preflight.spam_checks import check as spam
from newsletter.preflight.spam_checks.check import SpamContext
from workers.app import app, runtime, settings
from workers.handles import handles

# What reads pages is large: its processes share it, and no other worker has it.
READERS = ("trafilatura", "extruct", "feedparser")


@cache
def context() -> fetching.FetchContext:
    """What this process fetches with; made with its first job, after the fork."""
    given = settings()
    fetcher = Fetcher(
        private_hosts=frozenset(given.fetch_private_hosts),
        user_agent=f"newsletter/{version('newsletter')} (+{given.effective_public_url})",
    )
    return fetching.FetchContext(runtime().sessions, fetcher, MediaFiles(given.media_dir))


@handles(jobs.fetch_next)
def fetch_next() -> None:
    if fetching.fetch_next(context()):
        jobs.fetch_next.publish()


@handles(jobs.check_sender)
def check_sender() -> None:
    given = settings()
    ours = OurMail(given.secrets, given.bounce_domain, given.effective_smtp_url, given.mail_name)
    context = SenderContext(runtime().sessions, ask_dns, ours)
    if senders.check_sender(context):
        jobs.check_sender.publish()


@handles(jobs.check_spam)
def check_spam() -> None:
    url = settings().spamassassin_url
    if url and spam.check_spam(SpamContext(runtime().sessions, runtime().links, url)):
        jobs.check_spam.publish()


@celeryd_after_setup.connect
def _import_readers(**_: Any) -> None:
    if jobs.fetch_next.queue.value in app.amqp.queues.consume_from:
        for name in READERS:
            import_module(name)

"""Check the next link of a draft: is it there, where does it lead, and what is it called now?"""

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.text import clean_name
from newsletter.curation.fetch import LEASE, read_page
from newsletter.curation.link_checks.models import LinkCheck
from newsletter.curation.models import HEADLINE_LENGTH, URL_LENGTH
from newsletter.issues.models import Issue
from newsletter.pages.fetch import Fetcher
from newsletter.pages.page import Page
from newsletter.stories.models import StoryMention

EVERY = timedelta(hours=6)
# Drafts that nobody finished are left alone.
DRAFTS_FOR = timedelta(days=60)


def check_link(sessions: sessionmaker[Session], fetcher: Fetcher) -> bool:
    """Check one link that is due; whether there was one."""
    with sessions() as session:
        try:
            check = _claim(session)
            session.commit()
        except IntegrityError:  # another worker was as quick
            session.rollback()
            return True
    if check is None:
        return False
    page = Page(check.url, check.url) if _is_an_example(check.url) else read_page(fetcher, check.url)
    with sessions() as session:
        current = session.get_one(LinkCheck, check.url_key)
        now = clock.now()
        current.checked_at, current.due_at = now, now + EVERY
        current.trouble, current.detail = page.trouble, clean_name(page.detail, 300)
        current.final_url = page.url if len(page.url) <= URL_LENGTH else ""
        current.headline = clean_name(page.fields.headline, HEADLINE_LENGTH)
        session.commit()
    return True


def due_links() -> Select[str, str]:
    """The links of drafts that were never checked, or not for some hours: their key and address."""
    now = clock.now()
    return (
        select(StoryMention.url_key, StoryMention.url)
        .join(Issue, Issue.id == StoryMention.issue_id)
        .outerjoin(LinkCheck, LinkCheck.url_key == StoryMention.url_key)
        .where(
            Issue.published_revision.is_(None),
            Issue.created_at > now - DRAFTS_FOR,
            StoryMention.url_key != "",
            LinkCheck.url_key.is_(None) | (LinkCheck.due_at <= now),
        )
    )


def _is_an_example(url: str) -> bool:
    """Whether nobody can be there: the names that documents and demos use (RFC 2606)."""
    host = f".{urlsplit(url).hostname or ''}"
    return host.endswith((".example", ".test", ".invalid", ".example.com", ".example.net", ".example.org"))


def _claim(session: Session) -> LinkCheck | None:
    row = session.execute(due_links().order_by(StoryMention.id).limit(1)).first()
    if row is None:
        return None
    check = session.get(LinkCheck, row[0], with_for_update=True)
    now = clock.now()
    if check is None:
        check = LinkCheck(url_key=row[0], due_at=now)
        session.add(check)
    check.url, check.due_at = row[1], now + LEASE
    session.flush()
    return check

"""Links that readers suggest: whether a publication takes any, and how one becomes an entry."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.bidi import find_override
from newsletter.core.db import lock_name
from newsletter.core.errors import Refused
from newsletter.core.text import clean_name, clean_note
from newsletter.curation.add import add_urls
from newsletter.curation.find import find_at
from newsletter.curation.models import NAME_LENGTH, URL_LENGTH, Entry, Via
from newsletter.pages.canonical_url import canonical_url
from newsletter.pages.find_urls import find_urls
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication
from newsletter.stories.record import url_key

LONGEST_REASON = 1_000
# As long as somebody may want to ask back, or to thank.
SENDERS_ARE_KEPT = timedelta(days=90)
_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:[/?#:]\S*)?")


def allow_suggestions(session: Session, publication: Publication, allowed: bool, *, actor: str) -> None:
    """Let readers suggest links for the publication, or no more."""
    publication = lock_publication(session, publication.id)
    if publication.suggestions is not allowed:
        publication.suggestions = allowed
        audit.record(
            session, "publication.edited", "publication", publication.id, actor=actor, fields=["suggestions"]
        )


def read_link(text: str) -> str:
    """The one link in what somebody typed, who may leave out `https://`; empty without one, or with more.

    Empty, too, for a link that reads other than it leads: with a user name before its host, or reversed.
    """
    text = text.strip()
    urls = find_urls(f"https://{text}" if _WITHOUT_SCHEME.fullmatch(text) else text)
    if len(urls) != 1 or len(urls[0]) > URL_LENGTH or find_override(text):
        return ""
    return "" if "@" in urlsplit(urls[0]).netloc else urls[0]


def suggest_link(
    session: Session, publication: Publication, url: str, *, reason: str = "", name: str = "", email: str = ""
) -> Entry | None:
    """Add what a reader suggests, `url` of `read_link`, as an entry that waits like others.

    None when the publication has the link already, whatever became of it: a stranger brings nothing back.
    Raises `Refused` where the publication takes no suggestions.
    """
    if not publication.suggestions:
        raise Refused("no_suggestions", "This publication does not take suggestions.")
    key = url_key(canonical_url(url))
    lock_name(session, key)  # a button pressed twice
    if find_at(session, publication.id, key) is not None:
        return None
    shown = clean_name(name, NAME_LENGTH)
    sender = f"{shown} <{email}>" if shown and email else shown or email
    note = clean_note(reason, LONGEST_REASON)
    return add_urls(session, publication, [url], via=Via.SUGGESTION, sender=sender, note=note)[0]


def forget_senders(session: Session) -> None:
    """Forget who mailed or suggested what, when that was long ago."""
    old = clock.now() - SENDERS_ARE_KEPT
    session.execute(update(Entry).where(Entry.sender != "", Entry.created_at < old).values(sender=""))

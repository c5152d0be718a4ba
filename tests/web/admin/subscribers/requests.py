"""Read the pages about subscribers, and press their buttons."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.subscribers.models import Subscription

XSS = "<script>alert(1)</script>"
LIST = "/admin/p/morning/subscribers"


def read(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.text
    return answer.text


def shown(page: str) -> list[str]:
    """The addresses in the rows of a list, in its order."""
    return re.findall(r'<a class="row-link"[^>]*>\s*<bdi>([^<]+)</bdi>', page)


def press(client: FlaskClient, url: str, **fields: str) -> str:
    """Send a form whose answer is another page; what that page says."""
    answer = client.post(url, data=fields)
    assert answer.status_code == 303, answer.text
    return read(client, answer.location)


def refused(client: FlaskClient, url: str, status: int = 400, **fields: str) -> str:
    """Send a form that is refused; what its page says."""
    answer = client.post(url, data=fields)
    assert answer.status_code == status, answer.text
    return answer.text


def afresh(session: Session) -> None:
    """What the session knows from before is forgotten."""
    session.rollback()
    session.expire_all()


def actions(session: Session, *kinds: str) -> list[tuple[str, str]]:
    """Who did what to such subjects, oldest first."""
    afresh(session)
    entries = select(AuditEntry).where(AuditEntry.subject_kind.in_(kinds)).order_by(AuditEntry.id)
    found = [(entry.actor, entry.action) for entry in session.scalars(entries)]
    session.rollback()
    return found


def page_of(one: Subscription) -> str:
    """The address of the person's page."""
    return f"/admin/subscribers/{one.subscriber_id}"

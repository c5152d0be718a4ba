"""The links of a sent issue that go through our redirect, and so can still be mended."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, StoredMessage
from newsletter.redirects.models import LinkMend, MailingLink


@dataclass(frozen=True)
class SentLink:
    """A link of an issue. `rows`: one for each mailing of the issue; `mends`: newest first."""

    url: str
    target: str
    rows: Sequence[MailingLink]
    mends: Sequence[LinkMend]


def was_sent(session: Session, issue: Issue) -> bool:
    """Whether a mailing of the issue got as far as having a message."""
    of_issue = select(StoredMessage.mailing_id).join(Mailing, Mailing.id == StoredMessage.mailing_id)
    return session.scalar(of_issue.where(Mailing.issue_id == issue.id).limit(1)) is not None


def list_sent_links(session: Session, issue: Issue) -> list[SentLink]:
    """The links of the issue's mailings in the order of the message, each once."""
    rows = session.scalars(
        select(MailingLink)
        .join(Mailing, Mailing.id == MailingLink.mailing_id)
        .where(Mailing.issue_id == issue.id)
        .order_by(MailingLink.id)
        .execution_options(populate_existing=True)
    ).all()
    mends = session.scalars(
        select(LinkMend)
        .where(LinkMend.link_id.in_([row.id for row in rows]))
        .order_by(LinkMend.at.desc(), LinkMend.id.desc())
    ).all()
    by_url: dict[str, list[MailingLink]] = {}
    for row in rows:
        by_url.setdefault(row.url, []).append(row)
    return [
        SentLink(url, same[0].target, same, [mend for mend in mends if mend.link_id == same[0].id])
        for url, same in by_url.items()
    ]

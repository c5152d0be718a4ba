"""Give each link of a mailing an id, by which the redirect knows where it leads."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.redirects.models import MailingLink


def is_own(url: str, links: Links) -> bool:
    """Whether `url` is of a page of our own."""
    return url == links.public_url or url.startswith(f"{links.public_url}/")


def add_links(
    session: Session, mailing_id: int, targets: Mapping[str, str], *, same_issue: Collection[int] = ()
) -> list[MailingLink]:
    """The rows of a mailing's links, flushed, from where each URL leads; what was mended leads elsewhere."""
    mended = _mended_targets(session, same_issue)
    rows = [
        MailingLink(mailing_id=mailing_id, url=url, target=mended.get(url, target))
        for url, target in targets.items()
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _mended_targets(session: Session, mailing_ids: Collection[int]) -> dict[str, str]:
    """Where the links of these mailings lead now, by their URL; of several, that of the last mailing."""
    rows = session.scalars(
        select(MailingLink).where(MailingLink.mailing_id.in_(mailing_ids)).order_by(MailingLink.id)
    )
    return {row.url: row.target for row in rows}

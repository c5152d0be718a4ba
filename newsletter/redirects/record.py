"""Give each link of a mailing an id, and the address of ours that leads there."""

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.redirects.models import MailingLink


def record_links(
    session: Session,
    mailing_id: int,
    urls: Iterable[str],
    links: Links,
    *,
    same_issue: Collection[int] = (),
) -> dict[str, str]:
    """The address in a mailing's message for each of `urls`, which are different from each other.

    Links to pages of our own stay as they are: they are left out. `same_issue`: the ids of all mailings of
    its issue; what was mended after one of them leads where that one's link does.
    """
    own_pages = f"{links.public_url}/"
    foreign = [url for url in urls if url != links.public_url and not url.startswith(own_pages)]
    mended = _mended_targets(session, same_issue)
    rows = [MailingLink(mailing_id=mailing_id, url=url, target=mended.get(url, url)) for url in foreign]
    session.add_all(rows)
    session.flush()
    return {row.url: links.redirect(row.id) for row in rows}


def _mended_targets(session: Session, mailing_ids: Collection[int]) -> dict[str, str]:
    """Where the links of these mailings lead now, by their URL; of several, that of the last mailing."""
    rows = session.scalars(
        select(MailingLink).where(MailingLink.mailing_id.in_(mailing_ids)).order_by(MailingLink.id)
    )
    return {row.url: row.target for row in rows}

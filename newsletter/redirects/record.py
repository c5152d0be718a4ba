"""Give each link of a mailing an id, and the address of ours that leads there."""

from collections.abc import Collection, Iterable, Mapping

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
    foreign = {url: url for url in urls if not is_own(url, links)}
    rows = add_links(session, mailing_id, foreign, same_issue=same_issue)
    return {row.url: links.redirect(row.id) for row in rows}


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

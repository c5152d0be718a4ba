"""Give each link of a mailing an id, and the address of ours that leads there."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.redirects.models import MailingLink


def record_links(session: Session, mailing_id: int, urls: Iterable[str], links: Links) -> dict[str, str]:
    """The address in a mailing's message for each of `urls`, which are different from each other.

    Links to pages of our own stay as they are: they are left out.
    """
    own_pages = f"{links.public_url}/"
    foreign = [url for url in urls if url != links.public_url and not url.startswith(own_pages)]
    rows = [MailingLink(mailing_id=mailing_id, url=url, target=url) for url in foreign]
    session.add_all(rows)
    session.flush()
    return {row.url: links.redirect(row.id) for row in rows}

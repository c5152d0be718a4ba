"""An issue that was sent and put right: a mended link, its page corrected; and what came back of it."""

from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.corrections.correct_page import correct_page
from newsletter.corrections.mend_link import mend_link
from newsletter.issues.load import find_issue
from newsletter.issues.published import find_published
from newsletter.mailings.models import Mailing
from newsletter.redirects.record import add_links
from tests.features.came_back import let_come_back

WRONG, RIGHT = "https://news.example/mil", "https://news.example/mill"


def put_right(session: Session, mailing: Mailing, links: Links, somebody: str) -> None:
    """Of a mailing that was frozen: as if its links had gone through the redirect."""
    issue = find_issue(session, mailing.issue_id)
    add_links(session, mailing.id, {url: url for url in (WRONG, "https://news.example/ports")})
    mend_link(session, issue.id, WRONG, RIGHT, links, actor=somebody)
    page = find_published(session, issue.publication, issue.slug).document
    right = page.model_copy(update={"title": f"{page.title}, corrected"})
    correct_page(session, issue.id, right, "The title lacked a word.", links, actor=somebody)
    session.commit()
    let_come_back(session, mailing.id)

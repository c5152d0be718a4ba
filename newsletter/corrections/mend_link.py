"""Mend a link: change where a link leads in messages that readers already have."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import PERSONAL_PATHS, REDIRECT_PATH, Links
from newsletter.corrections.sent_links import SentLink, list_sent_links, was_sent
from newsletter.document.check_link import check_link
from newsletter.document.url_key import normal_url
from newsletter.issues.edit import lock_issue
from newsletter.issues.models import Issue
from newsletter.redirects.models import LinkMend

NO_REDIRECT = (
    "The links of this issue lead straight to their pages, because they did not go through this server when "
    "it was sent. They can no longer be changed."
)


@dataclass(frozen=True)
class Mended:
    """A link of an issue, and where it led before; `changed` is False where it led there already."""

    url: str
    old_target: str
    new_target: str
    changed: bool


def mend_link(
    session: Session,
    issue_id: int,
    old_url: str,
    new_url: str,
    links: Links,
    *,
    actor: str,
    shown: str | None = None,
) -> Mended:
    """Let the link `old_url` of a sent issue lead to `new_url`, in all its mailings.

    `old_url` is as the document had it, or where the link leads now; `shown` is where it led when somebody
    decided to change it. Raises `Missing` for a link that the issue has not, `Conflict` when it was not sent
    or somebody else changed the link meanwhile, `Refused` for links that did not go through the redirect and
    for an address that no document may link to.
    """
    issue = lock_issue(session, issue_id)
    link = _find(session, issue, old_url)
    target = check_link(new_url, "new_url")
    _refuse_tokens(target, links)
    old_target = link.target
    if all(row.target == target for row in link.rows):
        return Mended(link.url, old_target, target, changed=False)
    if shown is not None and shown != old_target:
        raise Conflict(
            "stale", f"Someone else changed this link in the meantime. It now leads to {old_target}."
        )
    for row in [row for row in link.rows if row.target != target]:
        session.add(LinkMend(link_id=row.id, old_target=row.target, new_target=target, actor=actor))
        row.target = target
    audit.record(
        *(session, "link.mended", "issue", issue.id), actor=actor, url=link.url, old=old_target, new=target
    )
    session.flush()
    return Mended(link.url, old_target, target, changed=True)


def _refuse_tokens(target: str, links: Links) -> None:
    """Refuse addresses of ours that lead on, perhaps in a circle, and pages that are one person's."""
    path = f"{links.own_path(target)}/"
    sentence = ""
    if path.startswith(REDIRECT_PATH):
        sentence = "This is one of our own redirects. Enter the address of the page itself."
    elif path.startswith(PERSONAL_PATHS):
        sentence = "This is one person's own page, which nobody else may see. Enter another address."
    if sentence:
        raise Refused("bad_link", sentence, {"new_url": sentence})


def _find(session: Session, issue: Issue, url: str) -> SentLink:
    listed = list_sent_links(session, issue)
    if not listed:
        if not was_sent(session, issue):
            raise Conflict("not_sent", "This issue was not sent yet. Change the link in the issue itself.")
        raise Refused("no_redirect", NO_REDIRECT)
    wanted = normal_url(url.strip())
    found = [link for link in listed if link.url == wanted] or [
        link for link in listed if link.target == wanted
    ]
    if not found:
        sentence = f"No link of this issue that can be changed leads to {url.strip()[:200]}."
        raise Missing("no_link", sentence)
    return found[0]

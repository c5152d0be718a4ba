"""A link is mended in emails that readers already have."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, DomainError, Missing, Refused
from newsletter.core.links import Links
from newsletter.corrections.mend_link import NO_REDIRECT, Mended, mend_link
from newsletter.corrections.sent_links import list_sent_links
from newsletter.issues.models import Issue
from newsletter.mailings.models import MailingState, StoredMessage
from newsletter.publications.models import Publication
from newsletter.redirects.find import find_target
from newsletter.redirects.models import LinkMend
from tests.corrections.conftest import MILL, PORTS, Send, write_issue

ANA, BEN = "ana@press.example", "ben@press.example"
NEW = "https://tide.example/the-mill"


def test_it_leads_elsewhere_at_once_and_the_message_stays(
    session: Session, issue: Issue, links: Links
) -> None:
    before = session.scalars(select(StoredMessage.compiled)).one()
    mended = mend_link(session, issue.id, MILL, NEW, links, actor=ANA)
    assert mended == Mended(MILL, MILL, NEW, changed=True)
    again = mend_link(session, issue.id, NEW, "https://blätter.example/über", links, actor=BEN)
    encoded = "https://xn--bltter-cua.example/%C3%BCber"
    assert again == Mended(MILL, NEW, encoded, changed=True)
    assert not mend_link(session, issue.id, MILL, encoded, links, actor=BEN).changed
    session.commit()
    [mill, ports] = list_sent_links(session, issue)
    assert (mill.url, mill.target, ports.target) == (MILL, encoded, PORTS)
    assert [(mend.actor, mend.old_target, mend.new_target) for mend in mill.mends] == [
        (BEN, NEW, encoded),
        (ANA, MILL, NEW),
    ]
    assert find_target(session, mill.rows[0].id) == encoded
    assert session.scalars(select(StoredMessage.compiled)).one() == before
    entry, _ = session.scalars(select(AuditEntry).where(AuditEntry.action == "link.mended")).all()
    assert (entry.actor, entry.subject_id) == (ANA, issue.id)
    assert entry.detail == {"url": MILL, "old": MILL, "new": NEW}


def test_the_new_address_is_checked_like_any_link(session: Session, issue: Issue, links: Links) -> None:
    own, personal = "one of our own", "one person's own page"
    token = links.redirect(1).rpartition("/")[2]
    for url, said in (
        ("javascript:x", "must begin with"),
        (links.redirect(1), own),
        (f"HTTPS://LOCALHOST.:443/archive/..//%6C/{token}?x#y", own),
        (links.unsubscribe(1), personal),
        (links.preferences(1), personal),
        (links.confirm(1), personal),
    ):
        with pytest.raises(Refused, match=said) as refused:
            mend_link(session, issue.id, MILL, url, links, actor=ANA)
        assert set(refused.value.fields) == {"new_url"}
    assert not session.scalars(select(LinkMend)).all()


def test_what_cannot_be_mended_says_why(
    session: Session, issue: Issue, publication: Publication, links: Links, send: Send
) -> None:
    with pytest.raises(Missing, match="leads to https://elsewhere"):
        mend_link(session, issue.id, "https://elsewhere.example/", NEW, links, actor=ANA)
    with pytest.raises(Missing, match="no issue 99"):
        mend_link(session, 99, MILL, NEW, links, actor=ANA)
    publication.redirect_links = False
    draft = write_issue(session, publication, "two")
    with pytest.raises(Conflict, match="not sent yet"):
        mend_link(session, draft.id, MILL, NEW, links, actor=ANA)
    send(draft)
    with pytest.raises(Refused) as refused:
        mend_link(session, draft.id, MILL, NEW, links, actor=ANA)
    assert refused.value.message == NO_REDIRECT


@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/l/x", "http://localhost:81/l/x", "http://localhost/"]
)
def test_it_may_lead_to_any_other_page(session: Session, issue: Issue, links: Links, url: str) -> None:
    assert mend_link(session, issue.id, MILL, url, links, actor=ANA).changed


def test_a_later_mailing_leads_where_the_link_was_mended_to(
    session: Session, publication: Publication, links: Links, send: Send
) -> None:
    issue = write_issue(session, publication)
    send(issue).state = MailingState.CANCELLED
    mend_link(session, issue.id, MILL, NEW, links, actor=ANA)
    send(issue)
    mill, _ports = list_sent_links(session, issue)
    assert [row.target for row in mill.rows] == [NEW, NEW]
    mill.rows[1].target = MILL  # as it was before links of later mailings were mended, too
    assert mend_link(session, issue.id, MILL, NEW, links, actor=BEN).changed
    assert [row.target for row in mill.rows] == [NEW, NEW]


def test_of_two_who_change_one_link_the_second_is_told(session: Session, issue: Issue, links: Links) -> None:
    mend_link(session, issue.id, MILL, NEW, links, actor=ANA, shown=MILL)
    with pytest.raises(DomainError, match=f"It now leads to {NEW}"):
        mend_link(session, issue.id, MILL, "https://other.example/", links, actor=BEN, shown=MILL)
    assert not mend_link(session, issue.id, MILL, NEW, links, actor=BEN, shown=MILL).changed

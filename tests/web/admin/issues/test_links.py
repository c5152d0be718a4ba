"""The page on which a link is mended after the send."""

import pytest
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.web.admin.issues.conftest import STORY, own, save_issue, tree, words
from tests.web.signed_in import SignedIn

URL = STORY["url"]
NEW = "https://news.example.org/the-library"


@pytest.fixture
def sent(session: Session, reader: None, publication: Publication, runtime: Runtime) -> Issue:
    publication.redirect_links = True
    issue = save_issue(session, publication)
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    return issue


@both_databases
def test_a_link_is_mended_in_its_place(editor_client: SignedIn, session: Session, sent: Issue) -> None:
    page = own(sent, "links")
    form = {"url": URL, "shown": URL, "new_url": "javascript:alert(1)"}
    refused = editor_client.post(page, data=form)
    assert refused.status_code == 400
    [field] = tree(refused.text).cssselect('input[name="new_url"]')
    assert field.get("value") == "javascript:alert(1)"
    assert "must begin with" in words(refused.text)
    answer = editor_client.post(page, data=form | {"new_url": NEW})
    assert (answer.status_code, answer.location) == (303, page)
    said = words(editor_client.get(page).text)
    assert f"The link now leads to {NEW}." in said
    assert f"it led to {URL}." in said
    assert session.query(MailingLink).one().target == NEW
    late = editor_client.post(page, data=form | {"new_url": "https://other.example/"})
    assert late.status_code == 409
    assert "Someone else changed this link" in words(late.text)
    lost = editor_client.post(page, data=form | {"url": "https://no.example/"})
    assert lost.status_code == 404
    assert "Not changed" in words(lost.text)


def test_the_page_says_where_nothing_can_be_changed(
    editor_client: SignedIn, session: Session, sent: Issue, publication: Publication
) -> None:
    draft = save_issue(session, publication, title="Week two", slug="week-two")
    session.commit()
    assert "was not sent yet" in words(editor_client.get(own(draft, "links")).text)
    session.query(MailingLink).delete()
    session.commit()
    assert "lead straight to their pages" in words(editor_client.get(own(sent, "links")).text)
    assert "Links" in words(editor_client.get(own(sent, "send")).text)

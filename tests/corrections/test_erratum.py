"""A correction is offered to the next issue, once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing
from newsletter.core.links import Links
from newsletter.corrections.correct_page import correct_page
from newsletter.corrections.erratum import (
    dismiss_erratum,
    insert_erratum,
    offered_errata,
    release_errata,
)
from newsletter.corrections.mail import begin_correction_mail
from newsletter.corrections.models import Correction
from newsletter.corrections.page_texts import with_texts
from newsletter.issues.delete import delete_draft
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.published import find_published
from newsletter.publications.models import Publication
from tests.corrections.conftest import Send, write_issue
from tests.databases import both_databases
from tests.factories import make_publication

ANA = "ana@press.example"
NOTE = "It opened in *April*."


@pytest.fixture
def correction(session: Session, issue: Issue, links: Links) -> Correction:
    page = find_published(session, issue.publication, issue.slug).document
    made = correct_page(
        session, issue.id, with_texts(page, {"sections[0].text": "In April."}), NOTE, links, actor=ANA
    )
    session.commit()
    return made


def offered(session: Session, issue: Issue) -> list[int]:
    return [each.id for each in offered_errata(session, issue)]


@both_databases
def test_it_is_inserted_once_at_the_end(
    session: Session, publication: Publication, correction: Correction, links: Links
) -> None:
    draft, other = write_issue(session, publication, "two"), write_issue(session, publication, "three")
    assert offered(session, draft) == offered(session, other) == [correction.id]
    insert_erratum(session, draft.id, correction.id, links, actor=ANA)
    session.commit()
    *before, added = load_document(find_revision(session, draft)).sections
    assert len(before) == 2
    assert added.model_dump(include={"type", "id", "title", "text"}) == {
        "type": "text",
        "id": "correction",
        "title": "Correction",
        "text": "**Week one**\n\nIt opened in \\*April\\*.\n\n"
        f"[Read the corrected issue]({links.issue('weekly', 'one')})",
    }
    assert offered(session, draft) == offered(session, other) == []
    newest = find_revision(session, draft).id
    assert insert_erratum(session, draft.id, correction.id, links, actor=ANA).id == newest
    with pytest.raises(Conflict, match="dealt with"):
        insert_erratum(session, other.id, correction.id, links, actor=ANA)
    with pytest.raises(Missing, match="no correction 99"):
        insert_erratum(session, other.id, 99, links, actor=ANA)
    release_errata(session, draft.id)
    delete_draft(session, draft.id, actor=ANA)
    session.commit()
    assert offered(session, other) == [correction.id]
    dismiss_erratum(session, correction.id, actor=ANA)
    dismiss_erratum(session, correction.id, actor="ben@press.example")
    session.commit()
    assert offered(session, other) == []
    assert session.scalars(select(Correction.dismissed_by)).one() == ANA


def test_who_is_not_offered_it(
    session: Session,
    publication: Publication,
    issue: Issue,
    correction: Correction,
    links: Links,
    send: Send,
) -> None:
    elsewhere = write_issue(session, make_publication(session, "other"), "one")
    mail = begin_correction_mail(session, issue.id, links, actor=ANA)
    session.commit()
    assert offered(session, elsewhere) == offered(session, mail) == offered(session, issue) == []
    late = write_issue(session, publication, "three")
    assert offered(session, late) == [correction.id]
    send(write_issue(session, publication, "two"))
    assert offered(session, late) == []

"""Documents become issues and revisions; what was locked or published stays."""

import threading

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing
from newsletter.document import Document, dumps, loads
from newsletter.document.blocks import BLOCKS
from newsletter.issues.load import find_issue, find_revision, load_document
from newsletter.issues.lock import lock_revision
from newsletter.issues.models import Issue, Revision
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.runtime import Runtime
from tests.factories import make_publication

WEEK = Document(title="Week one", subject="A quiet week", slug="week-one")
EDITED = WEEK.model_copy(update={"subject": "A loud week", "title": "Week one, mended"})


def test_a_new_slug_is_a_new_issue_and_a_known_one_a_new_revision(session: Session) -> None:
    publication = make_publication(session)
    first = save_document(session, publication, WEEK, author="ana")
    assert first.changed
    assert (first.issue.title, first.issue.slug, first.revision.number) == ("Week one", "week-one", 1)
    second = save_document(session, publication, EDITED)
    assert second.issue.id == first.issue.id
    assert second.revision.number == second.issue.latest_revision == 2
    assert second.issue.title == "Week one, mended"
    assert load_document(find_revision(session, first.issue, 1)) == WEEK
    assert load_document(find_revision(session, first.issue)) == EDITED


def test_the_same_document_is_the_same_revision(session: Session) -> None:
    publication = make_publication(session)
    first = save_document(session, publication, WEEK)
    again = save_document(session, publication, WEEK)
    assert not again.changed
    assert again.revision.id == first.revision.id
    assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_the_same_slug_in_another_publication_is_another_issue(session: Session) -> None:
    one = save_document(session, make_publication(session), WEEK)
    other = save_document(session, make_publication(session, "monthly"), WEEK)
    assert one.issue.id != other.issue.id


def test_a_locked_revision_never_changes(session: Session) -> None:
    publication = make_publication(session)
    locked = save_document(session, publication, WEEK).revision
    lock_revision(session, locked)
    at = locked.locked_at
    assert at is not None
    after = save_document(session, publication, EDITED)
    assert after.revision.number == 2
    assert after.revision.locked_at is None
    lock_revision(session, locked)
    session.refresh(locked)
    assert locked.locked_at == at
    assert load_document(locked) == WEEK


def test_issues_are_numbered_when_they_are_published(session: Session) -> None:
    publication = make_publication(session)
    other = make_publication(session, "monthly")
    documents = [WEEK.model_copy(update={"slug": f"week-{number}"}) for number in range(3)]
    saved = [save_document(session, publication, document) for document in documents]
    elsewhere = save_document(session, other, WEEK)
    assert [publish_issue(session, saved[i].revision).number for i in (2, 0, 1)] == [1, 2, 3]
    assert publish_issue(session, elsewhere.revision).number == 1


def test_an_issue_is_published_once(session: Session) -> None:
    publication = make_publication(session)
    saved = save_document(session, publication, WEEK)
    published = publish_issue(session, saved.revision)
    at, number = published.published_at, published.number
    later = save_document(session, publication, EDITED)
    again = publish_issue(session, later.revision)
    assert (again.published_at, again.number, again.published_revision) == (at, number, 1)


def test_two_people_saving_at_once_lose_nothing(runtime: Runtime, session: Session) -> None:
    publication = make_publication(session)
    session.commit()
    start = threading.Barrier(4)
    conflicts: list[Conflict] = []

    def save(number: int) -> None:
        with runtime.session() as own:
            start.wait()
            try:
                document = WEEK.model_copy(update={"subject": f"version {number}"})
                save_document(own, own.merge(publication, load=False), document)
                own.commit()
            except Conflict as error:
                conflicts.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    issue = session.scalars(select(Issue)).one()
    numbers = [revision.number for revision in issue.revisions]
    assert numbers == list(range(1, issue.latest_revision + 1))
    assert len(numbers) + len(conflicts) == 4


def test_publishing_at_once_gives_different_numbers(runtime: Runtime, session: Session) -> None:
    publication = make_publication(session)
    for number in range(4):
        save_document(session, publication, WEEK.model_copy(update={"slug": f"w{number}"}))
    session.commit()
    revisions = list(session.scalars(select(Revision.id)))
    session.rollback()
    start = threading.Barrier(4)

    def publish(revision_id: int) -> None:
        with runtime.session() as own:
            start.wait()
            publish_issue(own, own.get_one(Revision, revision_id))
            own.commit()

    threads = [threading.Thread(target=publish, args=(revision_id,)) for revision_id in revisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert list(session.scalars(select(Issue.number).order_by(Issue.number))) == [1, 2, 3, 4]


def test_what_is_not_there_is_missing(session: Session) -> None:
    saved = save_document(session, make_publication(session), WEEK)
    with pytest.raises(Missing, match="no issue 99"):
        find_issue(session, 99)
    with pytest.raises(Missing, match="no revision 7"):
        find_revision(session, saved.issue, 7)


texts = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="{}"), max_size=60
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    subject=texts,
    summary=texts,
    chosen=st.lists(st.sampled_from(BLOCKS.keys()), max_size=6, unique=True),
)
def test_export_gives_exactly_what_was_imported(
    session: Session, subject: str, summary: str, chosen: list[str]
) -> None:
    sections = tuple(BLOCKS[key].example() for key in chosen)
    document = WEEK.model_copy(update={"subject": subject, "summary": summary, "sections": sections})
    publication = make_publication(
        session, slug=f"p{session.scalar(select(func.count()).select_from(Issue))}"
    )
    saved = save_document(session, publication, loads(dumps(document)))
    session.flush()
    session.expire_all()
    assert find_revision(session, saved.issue).document == dumps(document)
    assert load_document(find_revision(session, saved.issue)) == document

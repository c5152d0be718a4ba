"""The story ledger: what was written down is found again, by address and by near title."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.document import loads
from newsletter.document.blocks.links import LinksSection
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.stories.find import find_mentions
from newsletter.stories.models import StoryMention, StoryTitleKey
from newsletter.stories.record import Story, record_stories
from tests.factories import REFERENCE_DIGEST, make_publication

FERRY = Story(
    "https://post.example/ferry-line?utm_source=x",
    "Ferry line to the northern islands reopens after nine years",
    "The Harbour Post",
)


@pytest.fixture
def publication(session: Session) -> Publication:
    return make_publication(session)


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    return save_document(session, publication, loads(REFERENCE_DIGEST.read_text())).issue


def found(session: Session, publication: Publication, story: Story) -> list[str]:
    return [mention.headline for mention in find_mentions(session, publication.id, story)]


def test_the_same_address_is_found_in_other_spellings(
    session: Session, publication: Publication, issue: Issue
) -> None:
    record_stories(session, publication.id, [FERRY], issue_id=issue.id)
    for url in ("http://www.post.example/ferry-line/", "https://post.example/ferry-line#comments"):
        assert found(session, publication, Story(url)) == [FERRY.headline]
    assert found(session, publication, Story("https://post.example/ferry-line-2")) == []
    other = make_publication(session, "other")
    assert found(session, other, FERRY) == []


def test_a_near_title_is_found_for_sixty_days(
    session: Session, publication: Publication, issue: Issue
) -> None:
    near = Story("https://other.example/1", "Ferry line to the northern islands reopens after 9 years")
    record_stories(session, publication.id, [FERRY], issue_id=issue.id)
    assert found(session, publication, near) == [FERRY.headline]
    with time_machine.travel(clock.now() + timedelta(days=61), tick=False):
        assert found(session, publication, near) == []
        assert found(session, publication, FERRY) == [FERRY.headline]


def test_what_an_issue_does_not_have_any_more_is_forgotten_and_the_rest_keeps_its_time(
    session: Session, publication: Publication, issue: Issue
) -> None:
    other = Story("https://post.example/2", "Another story that the issue tells its readers")
    record_stories(session, publication.id, [FERRY, other], issue_id=issue.id)
    kept = session.scalars(select(StoryMention.id).where(StoryMention.headline == FERRY.headline)).one()
    record_stories(session, publication.id, [FERRY], issue_id=issue.id)
    assert session.scalars(select(StoryMention.id)).all() == [kept]
    record_stories(session, publication.id, [], issue_id=issue.id)
    assert session.scalar(select(func.count()).select_from(StoryTitleKey)) == 0


def test_an_issue_records_its_stories_whenever_it_is_saved(
    session: Session, publication: Publication, issue: Issue
) -> None:
    document = loads(REFERENCE_DIGEST.read_text())
    links = next(index for index, section in enumerate(document.sections) if section.type == "links")
    section = document.sections[links]
    assert isinstance(section, LinksSection)
    first = section.items[0]
    assert found(session, publication, Story(first.url)) == [first.headline]
    path = f"/sections/{links}/items/0/headline"
    operations = [{"op": "replace", "path": path, "value": "Another headline for the same page of theirs"}]
    edit_issue(session, issue.id, state_of(issue.revisions[-1]), operations, author="ana@weekly.example")
    assert found(session, publication, Story(first.url)) == ["Another headline for the same page of theirs"]


def test_a_deleted_draft_leaves_nothing(session: Session, publication: Publication, issue: Issue) -> None:
    delete_draft(session, issue.id, actor="ana@weekly.example")
    assert session.scalar(select(func.count()).select_from(StoryMention)) == 0
    assert session.scalar(select(func.count()).select_from(StoryTitleKey)) == 0

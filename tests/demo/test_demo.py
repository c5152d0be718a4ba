"""The demo is whole, honest, the same everywhere, and made once."""

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.demo.make import DOCUMENTS, DRAFT, SENT_ISSUES, Demo, make_demo
from newsletter.demo.people import cast
from newsletter.demo.pictures import DRAWINGS
from newsletter.document import dumps, loads
from newsletter.document.blocks import BLOCKS
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.models import Delivery, Exclusion, Mailing, Outcome
from newsletter.mailings.totals import read_totals
from newsletter.media.files import MediaFiles
from newsletter.preflight.check import check
from newsletter.preflight.finding import Level
from newsletter.runtime import Runtime
from newsletter.sending.exclusion import exclusion_reason
from newsletter.settings import Settings
from newsletter.subscribers.models import (
    ConsentRecord,
    State,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletter.tables import Base
from tests.cli.conftest import Run, run
from tests.prepared import prepared

__all__ = ["run"]

# One mailing of each issue, which goes to everybody, and none is cancelled or corrects another.
NOT_IN_THE_DEMO = {
    Exclusion.ALREADY_RECEIVED,
    Exclusion.NOT_RECEIVED,
    Exclusion.NOTHING_TO_READ,
    Exclusion.NOT_IN_SEGMENT,
    Exclusion.MONTHLY,
    Exclusion.EACH_ISSUE,
    Exclusion.CANCELLED,
}


@pytest.fixture
def demo(runtime: Runtime, pictures: Path) -> Demo:
    def make() -> Demo:
        with runtime.session() as session:
            made = make_demo(session, MediaFiles(pictures), runtime.links)
            session.commit()
            return made

    made = prepared(runtime.engine, "demo", make)
    shutil.copytree(pictures, runtime.settings.media_dir)
    return made


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo, which are the same each time that it is made."""
    return tmp_path_factory.mktemp("demo")


def rows(session: Session) -> dict[str, int]:
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_a_second_time_changes_nothing(
    session: Session, settings: Settings, links: Links, demo: Demo
) -> None:
    before = rows(session)
    again = make_demo(session, MediaFiles(settings.media_dir), links)
    session.commit()
    assert demo.made
    assert not again.made
    assert (again.draft_id, again.mailing_id) == (demo.draft_id, demo.mailing_id)
    assert rows(session) == before


def test_every_mailing_adds_up_to_its_deliveries(session: Session, demo: Demo) -> None:
    for mailing in session.scalars(select(Mailing)).all():
        totals = read_totals(session, mailing.id)
        assert totals.add_up
        assert totals.over
        assert totals.pending == totals.in_flight == totals.retry == 0
        outcomes = session.scalars(select(Delivery.outcome).where(Delivery.mailing_id == mailing.id))
        counted = Counter(outcomes)
        assert sum(counted.values()) == totals.candidates
        assert counted[Outcome.SENT] == totals.sent
        assert counted[Outcome.REJECTED] == totals.rejected == sum(totals.rejected_reasons.values())
        assert counted[Outcome.UNANSWERED] == totals.unanswered
        assert counted[Outcome.EXCLUDED] == sum(totals.excluded.values())
        seqs = session.scalars(select(Delivery.seq).where(Delivery.mailing_id == mailing.id)).all()
        assert {seq for seq in seqs if seq > 0} == set(range(1, mailing.members + 1))
        assert mailing.next_seq == mailing.members + 1


def test_the_newest_mailing_shows_every_word(session: Session, demo: Demo) -> None:
    totals = read_totals(session, demo.mailing_id)
    assert totals.sent > 250
    assert set(totals.rejected_reasons) == {"no_such_user", "expired"}
    assert totals.unanswered == 1
    assert set(totals.excluded) == {word.value for word in Exclusion if word not in NOT_IN_THE_DEMO}


def test_who_was_left_out_would_be_left_out_by_the_real_rule(session: Session, demo: Demo) -> None:
    """Whose state has not changed since the newest mailing is judged alike by the freeze itself."""
    mailing = session.get_one(Mailing, demo.mailing_id)
    judged = session.execute(
        select(Delivery.reason, exclusion_reason(mailing.scheduled_at))
        .join(Subscription, Subscription.id == Delivery.subscription_id)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Delivery.mailing_id == mailing.id, Delivery.outcome == Outcome.EXCLUDED)
    ).all()
    assert judged
    assert all(told in {rule, "unconfirmed"} for told, rule in judged)


def test_people_are_in_every_state_and_agreed_to_it(session: Session, demo: Demo) -> None:
    states = set(session.scalars(select(Subscription.state)))
    assert states == set(State)
    unwitnessed = session.scalar(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.id.not_in(select(ConsentRecord.subscription_id)))
    )
    assert unwitnessed == 0
    assert session.scalar(select(func.count()).where(Subscriber.erased_at.is_not(None))) == 3


def test_nobody_in_it_can_be_reached(session: Session, demo: Demo) -> None:
    """RFC 2606 and 6761: these names never belong to anybody."""
    for email in session.scalars(select(Subscriber.email).where(Subscriber.email.is_not(None))):
        assert email
        domain = email.rpartition("@")[2]
        assert domain in {"example.org", "example.com"} or domain.endswith((".example", ".test"))


def test_the_digest_has_every_block_and_nothing_to_object_to(
    session: Session, links: Links, demo: Demo
) -> None:
    for slug in SENT_ISSUES:
        issue = session.scalars(select(Issue).where(Issue.slug == slug)).one()
        findings = check(session, find_revision(session, issue), issue.publication, links)
        assert [finding.rule for finding in findings] == ["tested"]  # the demo writes no test message
    newest = loads((DOCUMENTS / f"{SENT_ISSUES[-1]}.json").read_text(encoding="utf-8"))
    blocks = set(BLOCKS.keys()) - {"snippet"}  # which belongs to a publication, not to a document
    assert {section.type for section in newest.sections} == blocks


def test_the_draft_is_one(session: Session, links: Links, demo: Demo) -> None:
    issue = session.get_one(Issue, demo.draft_id)
    assert (issue.slug, issue.published_at) == (DRAFT, None)
    found = check(session, find_revision(session, issue), issue.publication, links)
    assert {finding.level for finding in found} == set(Level)


def test_its_pages_are_there(client: FlaskClient, demo: Demo) -> None:
    for path in ("", *SENT_ISSUES, f"{SENT_ISSUES[-1]}/email", "feed.atom"):
        assert client.get(f"/archive/{demo.publication_slug}/{path}").status_code == 200
    assert client.get(f"/archive/{demo.publication_slug}/{DRAFT}").status_code == 404


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.json")), ids=lambda path: path.stem)
def test_its_documents_are_in_their_exact_form(path: object) -> None:
    text = (DOCUMENTS / str(path)).read_text(encoding="utf-8")
    assert dumps(loads(text)) == text


def test_people_and_pictures_are_the_same_at_every_run() -> None:
    assert cast() == cast()
    assert len({person.email for person in cast()}) == len(cast())
    drawing = DRAWINGS[0]
    assert hashlib.sha256(drawing.draw()).digest() == hashlib.sha256(drawing.draw()).digest()


def test_the_command_says_where_to_look(run: Run) -> None:
    made = run("demo", "--json")
    assert made.code == 0
    assert made.json["made"]
    assert made.json["archive"] == "http://localhost/archive/coalition-weekly/"
    again = run("demo")
    assert again.code == 0
    assert "nothing was changed" in again.out
    assert made.json["issue"] in again.out
    assert run("issue", "check", str(made.json["draft"])).code == 1
    assert json.loads(run("mailing", "status", str(made.json["mailing"]), "--json").out)["sent"] > 250

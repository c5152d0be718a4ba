"""Exports have everybody who is wanted, and an import of them brings the same people again."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.core.errors import Refused
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.exports import write
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.exports.people import People
from newsletter.subscribers.exports.write import write_people
from newsletter.subscribers.imports.convert import convert, needs_conversion
from newsletter.subscribers.imports.immediate import import_file
from newsletter.subscribers.imports.plan import make_plan
from newsletter.subscribers.imports.read import Source
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.labels import list_labels
from newsletter.subscribers.listing import SubscriptionFilter
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from newsletter.subscribers.tags.assign import assign_tag, tags_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.mute import muted_topics, set_muted_topics
from tests.factories import make_publication, make_subscription

AGREED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ATTRIBUTES = {
    "city": ("=SUM(A1)", AttributeType.TEXT),
    "state": ("'=unsubscribed", AttributeType.TEXT),
    "age": (41.5, AttributeType.NUMBER),
    "born": ("1985-02-03", AttributeType.DATE),
    "member": (True, AttributeType.BOOLEAN),
}
NAME = '@Ana "Ruiz, <b> & Söhne'


def with_labels(session: Session, slug: str) -> Publication:
    publication = make_publication(session, slug)
    for key, (_value, type_) in ATTRIBUTES.items():
        create_attribute(session, publication, key, type_=type_, actor="test")
    for name in ("Press", "Rome, Italy", "-50%"):
        create_tag(session, publication, name, actor="test")
    for name in ("Sport", "Art; music"):
        create_topic(session, publication, name, actor="test")
    return publication


@pytest.fixture
def weekly(session: Session) -> Publication:
    """Ana has everything; of the others each is in another state."""
    publication = with_labels(session, "weekly")
    for name, state in (("ana", State.ACTIVE), ("bo", State.ACTIVE), ("cy", State.PENDING)):
        make_subscription(session, publication, f"{name}@example.org", state=state)
    for name in ("dee", "eve", "finn"):
        make_subscription(session, publication, f"{name}@example.org", state=State.ENDED)
    paused = make_subscription(session, publication, "gus@example.org", state=State.PAUSED)
    paused.paused_until = AGREED + timedelta(days=900)
    suppress(session, parse_address("bo@example.org").hash, SuppressionReason.COMPLAINT, actor="test")
    session.flush()
    ana = session.scalars(select(Subscription).order_by(Subscription.id)).first()
    assert ana is not None
    person = ana.subscriber
    person.name, person.language = NAME, "de-AT"
    person.attributes = {key: value for key, (value, _type) in ATTRIBUTES.items()} | {"other": "elsewhere"}
    for tag in list_labels(session, Tag, publication)[1:]:
        assign_tag(session, tag, [person.id])
    set_muted_topics(session, ana, ["art-music"])
    for at, kind in ((AGREED - timedelta(1), ConsentKind.REQUESTED), (AGREED, ConsentKind.CONFIRMED)):
        session.add(
            ConsentRecord(subscription_id=ana.id, kind=kind, source=ConsentSource.FORM, ip="192.0.2.7", at=at)
        )
    session.commit()
    return publication


def export(
    session: Session,
    publication: Publication,
    format_: FileFormat = FileFormat.CSV,
    wanted: SubscriptionFilter | None = None,
) -> bytes:
    file = BytesIO()
    people = People(session, publication, wanted or SubscriptionFilter())
    counts = list(write_people(people, file, format_))
    assert (counts or [0])[-1] == people.count()
    return file.getvalue()


def import_again(session: Session, publication: Publication, content: bytes, path: Path) -> ImportResult:
    path.write_bytes(content)
    lower = 0
    if needs_conversion(path, path.name):
        converted = path.with_suffix(".converted")
        lower = convert(path, path.name, converted)
        path = converted
    plan = make_plan(session, publication.id)
    source = Source(path, path.name, plan=plan, lower=lower)
    return import_file(session, publication, source, actor="test").result


@pytest.mark.parametrize("format_", list(FileFormat))
def test_an_import_brings_the_same_people(
    session: Session, weekly: Publication, tmp_path: Path, format_: FileFormat
) -> None:
    content = export(session, weekly, format_)
    before = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert before is not None
    kept = (before.name, before.language, dict(before.attributes))
    before.name, before.language, before.attributes = "", "", {"other": "elsewhere"}
    monthly = with_labels(session, "monthly")
    session.commit()
    result = import_again(session, monthly, content, tmp_path / f"people.{format_}")
    assert result.errors == []
    assert (result.imported, result.refused) == (
        2,
        {"file_complained": 1, "file_pending": 1, "file_ended": 3},
    )
    session.expire_all()
    gus, again = session.scalars(
        select(Subscription)
        .where(Subscription.publication_id == monthly.id)
        .order_by(Subscription.subscriber_id.desc())
    )
    assert (gus.state, gus.paused_until) == (State.PAUSED, AGREED + timedelta(days=900))
    assert again.state is State.ACTIVE
    assert (again.subscriber.name, again.subscriber.language, again.subscriber.attributes) == kept
    tags = tags_of(session, again.subscriber_id, monthly.id)
    assert [tag.name for tag in tags] == ["Rome, Italy", "-50%"]
    assert muted_topics(session, again.id) == {"art-music"}
    record = session.scalars(select(ConsentRecord).where(ConsentRecord.subscription_id == again.id)).one()
    assert (record.at, record.ip) == (AGREED, "192.0.2.7")
    assert record.text.endswith("Source: form")


def test_no_cell_is_a_formula_and_the_workbook_says_the_same(session: Session, weekly: Publication) -> None:
    rows = load_workbook(BytesIO(export(session, weekly, FileFormat.XLSX))).worksheets[0].iter_rows()
    read = [[str(cell.value or "") for cell in row] for row in rows]
    text = export(session, weekly).decode()
    assert read == list(csv.reader(text.splitlines()))
    ana = dict(zip(read[0], read[-1], strict=True))
    assert ana["name"] == f"'{NAME}"
    assert (ana["attribute:city"], ana["attribute:member"]) == ("'=SUM(A1)", "yes")
    assert ana["consent_at"] == "2026-03-04T05:06:07+00:00"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in read for cell in row)


def test_json_lines_have_values_as_they_are(session: Session, weekly: Publication) -> None:
    lines = export(session, weekly, FileFormat.JSONL, SubscriptionFilter("active", "ana@")).splitlines()
    assert len(lines) == 1
    ana = json.loads(lines[0])
    assert ana["attributes"] == {key: value for key, (value, _type) in ATTRIBUTES.items()}
    assert (ana["name"], ana["tags"], ana["muted_topics"]) == (NAME, ["Rome, Italy", "-50%"], ["Art; music"])


def test_filters_leave_the_others_out(session: Session, weekly: Publication) -> None:
    def addresses(state: str = "", words: str = "") -> list[str]:
        text = export(session, weekly, wanted=SubscriptionFilter(state, words)).decode()
        return [line.partition("@")[0] for line in text.splitlines()[1:]]

    assert addresses("ended") == ["finn", "eve", "dee"]
    assert addresses("suppressed") == ["bo"]
    assert addresses(words="gu") == ["gus"]
    assert addresses(words="nobody") == []
    assert len(addresses()) == 7


def test_is_read_a_piece_at_a_time(session: Session, weekly: Publication) -> None:
    people = People(session, weekly, SubscriptionFilter())
    sizes = [[person[0][0] for person in some] for some in people.batches(3)]
    assert [len(some) for some in sizes] == [3, 3, 1]
    assert len({address for some in sizes for address in some}) == 7


def test_erased_people_are_not_in_it(session: Session, weekly: Publication) -> None:
    ana = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert ana is not None
    ana.email = ana.email_key = ana.address_hash = None
    session.commit()
    assert len(export(session, weekly).splitlines()) == 7


def test_a_workbook_takes_no_more_rows_than_programs_open(
    session: Session, weekly: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MOST_ROWS", 7)
    with pytest.raises(Refused) as refused:
        export(session, weekly, FileFormat.XLSX)
    assert refused.value.code == "too_many_rows"

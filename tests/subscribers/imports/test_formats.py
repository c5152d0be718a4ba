"""Exports of other services are known by their headers: states, tags, times and suppressions come along.

Written from the lists of columns that each service publishes.
"""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.consent import NO_WORDS
from newsletter.subscribers.imports.formats import FORMATS
from newsletter.subscribers.imports.immediate import Immediate, import_file
from newsletter.subscribers.imports.plan import make_plan
from newsletter.subscribers.imports.read import Source, read_columns
from newsletter.subscribers.models import (
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletter.subscribers.subscribe import subscribe
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from tests.subscribers.conftest import publication

assert publication

MAILCHIMP = (
    "Email Address,Vorname,Nachname,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,"
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
)
FILES = {
    "mailchimp": (
        "subscribed_email_audience_export_0a1b.csv",
        (
            MAILCHIMP + "\nana@x.example,Ana,Lim,2,2020-01-01 09:00:00,,2020-01-02 10:00:00,192.0.2.7,,,,,,,,"
            '2020-01-02 10:00:00,1,abc,,"""Press"",""Gold members"""\n'
        ),
    ),
    "substack": (
        "email_list.csv",
        (
            "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
            "ana@x.example,false,,other,false,2020-01-02T10:00:00.000Z,\n"
            "bo@x.example,true,,yearly,true,2020-01-02T10:00:00.000Z,2020-02-01T00:00:00.000Z\n"
        ),
    ),
    "ghost": (
        "members.csv",
        (
            "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
            "deleted_at,"
            "labels,tiers\n"
            '1,ana@x.example,Ana Lim,,true,false,,2020-01-02T10:00:00.000Z,,"Press,Gold members",\n'
            "2,left@x.example,Left,,false,false,,2020-01-02T10:00:00.000Z,,,\n"
        ),
    ),
    "buttondown": (
        "subscribers.csv",
        (
            "id,creation_date,email_address,notes,metadata,tags,referrer_url,source,type,unsubscription_date\n"
            '1,2020-01-02T10:00:00Z,ana@x.example,,"{""city"": ""Rome""}",'
            '"Press, Gold members",,embed,regular,\n'
            "2,2020-01-02T10:00:00Z,left@x.example,,{},,,embed,unsubscribed,2021-01-01T00:00:00Z\n"
            "3,2020-01-02T10:00:00Z,bo@x.example,,{},,,embed,blocked,\n"
        ),
    ),
    "beehiiv": (
        "subscribers.csv",
        (
            "email,status,created_at,utm_source,utm_medium,subscription_tier,tags\n"
            'ana@x.example,active,2020-01-02T10:00:00Z,web,,free,"Press,Gold members"\n'
            "left@x.example,inactive,2020-01-02T10:00:00Z,web,,free,\n"
            "bo@x.example,invalid,2020-01-02T10:00:00Z,web,,free,\n"
        ),
    ),
    "listmonk": (
        "subscribers.csv",
        (
            "uuid,email,name,attributes,status,created_at,updated_at\n"
            'u1,ana@x.example,Ana Lim,"{""city"": ""Rome"", ""other"": [1]}",enabled,2020-01-02T10:00:00Z,\n'
            "u2,bo@x.example,Bo,{},blocklisted,2020-01-02T10:00:00Z,\n"
        ),
    ),
    "keila": (
        "contacts.csv",
        (
            "Email,First name,Last name,Data,Status,External ID\n"
            'ana@x.example,Ana,Lim,"{""city"":""Rome""}",active,\n'
            "left@x.example,,,,unsubscribed,\nbo@x.example,,,,unreachable,\n"
        ),
    ),
    "kit": (
        "subscribers.csv",
        (
            "id,first_name,email,status,created_at,tags\n"
            '1,Ana,ana@x.example,active,2020-01-02 10:00:00 UTC,"Press, Gold members"\n'
            "2,,left@x.example,cancelled,2020-01-02 10:00:00 UTC,\n"
            "3,,bo@x.example,bounced,2020-01-02 10:00:00 UTC,\n4,,cy@x.example,inactive,,\n"
        ),
    ),
}


def load(session: Session, publication: Publication, folder: Path, name: str, content: str) -> Immediate:
    path = folder / name
    path.write_text(content)
    plan = make_plan(session, publication.id)
    return import_file(session, publication, Source(path, name, plan=plan), actor="test")


@pytest.mark.parametrize("name", FILES)
def test_everything_comes_along(
    session: Session, publication: Publication, tmp_path: Path, name: str
) -> None:
    create_attribute(session, publication, "city", actor="test")
    reader = parse_address("left@x.example")
    asked = subscribe(
        session, publication=publication, address=reader, words=NO_WORDS, source=ConsentSource.FORM
    )
    session.commit()
    filename, content = FILES[name]
    path = tmp_path / filename
    path.write_text(content)
    recognised = read_columns(Source(path, filename)).format
    assert recognised is not None
    assert recognised.name == name
    done = load(session, publication, tmp_path, filename, content)
    assert (done.result.imported, done.result.errors) == (1, [])
    ana = session.scalars(select(Subscriber).where(Subscriber.email == "ana@x.example")).one()
    record = session.scalars(select(ConsentRecord).where(ConsentRecord.import_id == done.id)).all()[0]
    if name != "keila":
        assert record.at.isoformat().startswith("2020-01-02T10:00:00")
    if name in {"buttondown", "listmonk", "keila"}:
        assert ana.attributes == {"city": "Rome"}
    tags = set(session.scalars(select(Tag.name).join(SubscriberTag, SubscriberTag.tag_id == Tag.id)))
    assert tags == (set() if name in {"substack", "listmonk", "keila"} else {"Press", "Gold members"})
    suppressed = set(session.scalars(select(Suppression.address_hash)))
    has_bo = "bo@x.example" in content
    assert suppressed == ({parse_address("bo@x.example").hash} if has_bo else set())
    assert asked.subscription is not None
    session.refresh(asked.subscription)
    leaves = "left@x.example" in content and name != "ghost"  # there a no is not called leaving
    assert asked.subscription.state is (State.ENDED if leaves else State.PENDING)


@pytest.mark.parametrize(
    ("name", "further", "suppressed"),
    [("unsubscribed", "UNSUB_TIME,UNSUB_REASON", 0), ("cleaned", "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE", 1)],
)
def test_mailchimp_writes_a_file_for_each_state(
    session: Session, publication: Publication, tmp_path: Path, name: str, further: str, suppressed: int
) -> None:
    filename = f"{name}_email_audience_export_0a1b.csv"
    content = f"Email Address,MEMBER_RATING,OPTIN_TIME,{further}\nana@x.example,2,,2021-01-01 10:00:00,x\n"
    done = load(session, publication, tmp_path, filename, content)
    assert done.result.imported == 0
    assert list(done.result.skipped.values()) == [1]
    reasons = list(session.scalars(select(Suppression.reason)))
    assert reasons == ["hard_bounce"] * suppressed
    assert session.scalars(select(Subscription)).all() == []


def test_every_format_is_tried() -> None:
    assert set(FORMATS) == {*FILES, "newsletter"}  # that one by the tests of exports

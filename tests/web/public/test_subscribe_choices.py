"""The sign-up form asks for topics, tags, attributes and language, and keeps them until the confirmation."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core.links import Links
from newsletter.publications.models import Publication
from newsletter.subscribers.attributes.create import create_attribute, remove_attribute
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.labels import find_label, remove_label
from newsletter.subscribers.models import ConsentRecord, State, Subscription
from newsletter.subscribers.tags.assign import tags_of
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic
from newsletter.subscribers.topics.models import Topic
from newsletter.subscribers.topics.mute import muted_topics
from tests.databases import both_databases
from tests.web.public.conftest import STAMP
from tests.web.public.published import publish

FillIn = Callable[..., TestResponse]
PAGE = "/subscribe/morning"
CHOSEN = {"topics": "y", "topic": "opera", "tag": "teacher", "attribute.born": "2001-02-03", "language": "de"}


@pytest.fixture
def publication(session: Session, publication: Publication) -> Publication:
    """It offers two topics, a tag and a date, and asks for all of them; and for nothing of its own."""
    for name in ("Sport", "Opera"):
        create_topic(session, publication, name, actor="test")
    create_tag(session, publication, "Teacher", by_readers=True, actor="test").at_sign_up = True
    create_tag(session, publication, "Difficult", actor="test").at_sign_up = True
    born = create_attribute(
        session, publication, "born", type_=AttributeType.DATE, by_readers=True, actor="test"
    )
    born.at_sign_up = True
    create_attribute(session, publication, "city", by_readers=True, actor="test")
    publication.language_at_sign_up = True
    session.commit()
    return publication


def confirm(client: FlaskClient, links: Links, session: Session) -> Subscription:
    subscription = session.scalars(select(Subscription)).one()
    assert subscription.state is State.PENDING
    answer = client.post(links.confirm(subscription.id).removeprefix(links.public_url))
    assert answer.status_code == 200
    session.expire_all()
    return subscription


def chosen(session: Session, subscription: Subscription) -> tuple[set[str], set[str], dict[str, object], str]:
    person = subscription.subscriber
    tags = {tag.key for tag in tags_of(session, person.id, subscription.publication_id)}
    return muted_topics(session, subscription.id), tags, person.attributes, person.language


@both_databases
def test_what_was_chosen_is_true_once_it_is_confirmed(
    client: FlaskClient, fill_in: FillIn, session: Session, links: Links, publication: Publication
) -> None:
    page = client.get(PAGE).text
    assert [word in page for word in ("Opera", "Teacher", "born", "Deutsch", "Difficult", "city")] == [
        *[True] * 4,
        *[False] * 2,
    ]
    assert fill_in(**CHOSEN).status_code == 200
    subscription = session.scalars(select(Subscription)).one()
    assert chosen(session, subscription) == (set(), set(), {}, "de")
    subscription = confirm(client, links, session)
    assert chosen(session, subscription) == ({"sport"}, {"teacher"}, {"born": "2001-02-03"}, "de")
    assert subscription.sign_up_choices is None


def test_nothing_is_lost_when_the_form_is_shown_again(client: FlaskClient, publication: Publication) -> None:
    answer = client.post(PAGE, data={"email": "ana@example.org", **CHOSEN})
    assert "press the button once more" in answer.text
    form = html.fromstring(answer.text).cssselect("form")[0]
    sent = dict(form.form_values())
    assert {name: sent[name] for name in CHOSEN} == CHOSEN
    assert [box.get("value") for box in form.cssselect("[name=topic]") if box.checked] == ["opera"]


def test_a_wrong_value_is_told_at_its_field(
    fill_in: FillIn, session: Session, publication: Publication
) -> None:
    answer = fill_in("ana@example.org", **(CHOSEN | {"attribute.born": "yesterday"}))
    assert answer.status_code == 400
    assert "Please enter a date" in answer.text
    assert 'value="yesterday"' in answer.text
    assert 'value="ana@example.org"' in answer.text
    assert session.scalars(select(Subscription)).all() == []


def test_what_is_not_asked_for_is_not_taken(
    client: FlaskClient, fill_in: FillIn, session: Session, links: Links, publication: Publication
) -> None:
    fields = {"tag": "difficult", "attribute.city": "Rome", "topic": "opera", "language": "xx"}
    assert fill_in(**fields).status_code == 200  # and without the hidden field, topics were not asked for
    assert chosen(session, confirm(client, links, session)) == (set(), set(), {}, "en")


@both_databases
def test_what_is_gone_at_the_confirmation_is_left_out(
    client: FlaskClient, fill_in: FillIn, session: Session, links: Links, publication: Publication
) -> None:
    fill_in(**CHOSEN)
    remove_label(session, find_label(session, Topic, publication, "sport"), actor="test")
    remove_attribute(session, find_label(session, Attribute, publication, "born"), actor="test")
    create_attribute(session, publication, "born", type_=AttributeType.NUMBER, by_readers=True, actor="test")
    session.commit()
    assert chosen(session, confirm(client, links, session)) == (set(), {"teacher"}, {}, "de")


def test_the_last_choice_counts_and_a_stranger_changes_nothing_of_a_reader(
    client: FlaskClient, fill_in: FillIn, session: Session, links: Links, publication: Publication
) -> None:
    fill_in(**CHOSEN)
    fill_in(**(CHOSEN | {"topic": "sport", "attribute.born": ""}))
    subscription = confirm(client, links, session)
    before = chosen(session, subscription)
    assert before == ({"opera"}, {"teacher"}, {}, "de")
    fill_in(**(CHOSEN | {"language": "it"}))
    session.expire_all()
    assert chosen(session, subscription) == before
    assert subscription.sign_up_choices is None


def test_what_led_to_the_form_is_kept_without_secrets(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    query = "?utm_source=blog&utm_campaign=%3Cb%3Espring&token=s3cret&utm_nonsense=x"
    came = {"Referer": "https://user:pw@Blog.example:8443/a/post?token=s3cret#frag"}
    page = client.get(PAGE + query, headers=came).text
    assert "s3cret" not in page
    form = html.fromstring(page).cssselect("form")[0]
    fields = dict(form.form_values()) | {"email": "ana@example.org"}
    assert client.post(PAGE, data=fields, headers={"Referer": f"http://localhost{PAGE}"}).status_code == 200
    assert session.scalars(select(ConsentRecord)).one().origin == {
        "page": "https://blog.example:8443/a/post",
        "utm": {"source": "blog", "campaign": "<b>spring"},
    }


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("https://blog.example/" + "x" * 500, ("https://blog.example/" + "x" * 500)[:300]),
        ("http://localhost/archive/morning/", None),
        ("javascript:alert(1)", None),
        ("https://[bad", None),
        ("https://blog.example:99999/", None),
        ('https://blog.example/"><script>', 'https://blog.example/"><script>'),
    ],
)
def test_a_page_that_is_kept_rendered_still_says_where_each_reader_came_from(
    client: FlaskClient, session: Session, publication: Publication, referer: str, page: str | None
) -> None:
    client.get(PAGE)
    text = client.get(PAGE, headers={"Referer": referer}).text
    assert "<script>" not in text.replace("<script src", "")
    fields = dict(html.fromstring(text).cssselect("form")[0].form_values())
    client.post(PAGE, data=fields | {"email": "ana@example.org"})
    origin = session.scalars(select(ConsentRecord)).one().origin
    assert origin == ({"page": page} if page else None)


def test_a_plain_form_of_another_site_says_where_it_stands_and_the_issue_is_kept(
    client: FlaskClient, session: Session, publication: Publication
) -> None:
    issue = publish(session, publication)
    data = {"email": "ana@example.org", "issue": issue.slug}
    first = client.post(PAGE, data=data, headers={"Referer": "https://blog.example/"})
    assert STAMP.search(first.text)
    client.post(PAGE, data=dict(html.fromstring(first.text).cssselect("form")[0].form_values()))
    origin = session.scalars(select(ConsentRecord)).one().origin
    assert origin == {"page": "https://blog.example/", "issue_id": issue.id}


def test_a_slip_in_the_address_is_hinted_at_and_mended_with_one_press(
    fill_in: FillIn, client: FlaskClient, session: Session, publication: Publication
) -> None:
    answer = fill_in("ana@hotnail.com", name="Ana", **CHOSEN)
    assert answer.status_code == 200  # never blocked
    assert "Check your inbox" in answer.text
    assert "Did you mean <bdi>ana@hotmail.com</bdi>?" in answer.text
    form = html.fromstring(answer.text).cssselect("form")[0]
    assert client.post(form.get("action"), data=dict(form.form_values())).status_code == 200
    kept = session.scalars(select(Subscription).order_by(Subscription.id)).all()
    assert [each.subscriber.email for each in kept] == ["ana@hotnail.com", "ana@hotmail.com"]
    assert kept[0].sign_up_choices == kept[1].sign_up_choices
    assert kept[1].subscriber.name == "Ana"
    assert "Did you mean" not in fill_in("ana@example.org").text

"""The list narrowed by a segment and by rules, and the columns that somebody chose for it."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.segments.find import list_segments
from newsletter.segments.narrow import narrowed_as
from newsletter.segments.read import read as read_rules
from newsletter.segments.save import create_segment
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import SubscriberExport
from newsletter.subscribers.exports.process import run_export
from newsletter.subscribers.tags.assign import assign_tag
from newsletter.subscribers.tags.create import create_tag
from newsletter.web.admin.subscribers import export
from newsletter.web.admin.subscribers.filter import LONGEST_RULES
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, read, shown
from tests.web.signed_in import SignedIn, signed_in_client

BUILD = f"{LIST}/filter"
PRESS = '{"tag":"press"}'


@pytest.fixture
def labelled(session: Session, publication: Publication, people: People) -> People:
    """Ana, who lives in Rome, Cy, who paused, and Dee, who left, are of the press."""
    create_attribute(session, publication, "city", label="Home city", actor="test")
    press = create_tag(session, publication, "Press", actor="test")
    assign_tag(session, press, [people[name].subscriber_id for name in ("ana", "cy", "dee")])
    people["ana"].subscriber.attributes = {"city": f"Rome {XSS}"}
    create_segment(session, publication, "The press", read_rules({"tag": "press"}), actor="test")
    session.commit()
    return people


def names(page: str) -> list[str]:
    return [email.partition("@")[0] for email in shown(page)]


@both_databases
def test_what_rules_show_is_downloaded_at_once_or_by_a_worker(
    editor_client: SignedIn,
    session: Session,
    labelled: People,
    runtime: Runtime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = {"rules": PRESS, "state": "paused"}
    page = editor_client.get(LIST, query_string=asked).text
    assert "Download these" in page
    exported = editor_client.post(f"{LIST}/export", data=asked | {"format": "csv"})
    assert [line.partition("@")[0] for line in exported.text.splitlines()[1:]] == ["cy"]
    refused = editor_client.post(f"{LIST}/export", data={"rules": '{"tag":"gone"}'})
    assert refused.status_code == 400
    monkeypatch.setattr(export, "AT_ONCE", 1)
    assert editor_client.post(f"{LIST}/export", data={"rules": PRESS, "format": "csv"}).status_code == 303
    session.rollback()
    row = session.scalars(select(SubscriberExport)).one()
    export_id, files = row.id, ExportFiles(runtime.settings.data_dir)
    session.rollback()
    run_export(runtime.sessions, export_id, files, narrowed_as)
    got = editor_client.post(f"{LIST}/exports/{export_id}")
    assert sorted(line.partition("@")[0] for line in got.text.splitlines()[1:]) == ["ana", "cy"]
    got.close()


@both_databases
def test_is_narrowed_by_a_segment_and_by_rules(editor_client: SignedIn, labelled: People) -> None:
    page = read(editor_client, f"{LIST}?segment=the-press")
    assert names(page) == ["cy", "ana"]
    assert "segment=the-press&amp;state=paused" in page
    rules = json.dumps({"all": [{"tag": "press"}, {"attribute": "city", "starts_with": "rome"}]})
    page = editor_client.get(LIST, query_string={"rules": rules, "q": "ana"}).text
    assert names(page) == ["ana"]
    assert "Home city begins with rome" in page
    both = {"segment": "the-press", "rules": '{"state":"paused"}'}
    assert names(editor_client.get(LIST, query_string=both).text) == ["cy"]
    counts = editor_client.get(f"{LIST}/counts", query_string=both).text
    assert "1 person found" in counts
    assert "state=pending" not in counts
    assert "2 people found" in read(editor_client, f"{LIST}?segment=the-press&counted=1")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"rules": "{"}, 400, "line 1, column 2"),
        ({"rules": '{"shoe": 1}'}, 400, "A rule"),
        ({"rules": '{"tag":"gone"}'}, 400, "There is no tag “gone”."),
        ({"rules": " " * LONGEST_RULES + PRESS}, 400, "Expecting"),
        ({"segment": "gone"}, 404, "no segment called “gone”"),
        ({"segment": "\0"}, 404, "no segment"),
    ],
)
def test_says_what_is_wrong_with_a_filter(
    editor_client: SignedIn, labelled: People, query: dict[str, str], status: int, words: str
) -> None:
    for path in (LIST, f"{LIST}/counts"):
        answer = editor_client.get(path, query_string=query)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text


def test_rules_are_built_for_the_list_without_being_saved(
    editor_client: SignedIn, session: Session, publication: Publication, labelled: People
) -> None:
    page = editor_client.get(BUILD, query_string={"q": "a", "rules": PRESS}).text
    form = html.fromstring(page).cssselect("form[hx-post]")[0]
    typed = {name: str(value) for name, value in form.form_values()}
    assert (typed["q"], typed["r.0.value"]) == ("a", "press")
    page = editor_client.post(BUILD, data=typed | {"do": "add:r", "r.new": "state"}).text
    assert 'name="r.1.value"' in page
    typed |= {"r.1.about": "state", "r.1.how": "is", "r.1.value": "active"}
    answer = editor_client.post(BUILD, data=typed | {"do": "show"})
    query = parse_qs(urlsplit(answer.location).query)
    assert query == {"q": ["a"], "rules": ['{"all":[{"tag":"press"},{"state":"active"}]}']}
    assert names(read(editor_client, answer.location)) == ["ana"]
    assert len(list_segments(session, publication)) == 1
    saving = editor_client.post(BUILD, data=typed | {"do": "save"}).location
    assert 'value="press" selected' in read(editor_client, saving)
    nothing = editor_client.post(BUILD, data={"r.join": "all", "q": "a", "do": "show"})
    assert nothing.location == f"{LIST}?q=a"


def test_a_filter_that_cannot_be_says_so_where_it_is_built(editor_client: SignedIn, labelled: People) -> None:
    row = {"r.join": "all", "r.0.about": "signed_up", "r.0.how": "before", "r.0.value": f"soon {XSS}"}
    answer = editor_client.post(BUILD, data=row | {"do": "show"})
    assert answer.status_code == 400
    assert "soon" in answer.text
    assert XSS not in answer.text
    many = {"r.join": "all", "do": "show"}
    for number in range(20):
        many |= {f"r.{number}.about": "attribute:city", f"r.{number}.how": "is"}
        many[f"r.{number}.value"] = "x" * 450
    answer = editor_client.post(BUILD, data=many)
    assert (answer.status_code, "too many rules for a filter" in answer.text) == (400, True)


@both_databases
def test_columns_are_those_that_somebody_chose(
    app: Flask, editor_client: SignedIn, session: Session, labelled: People
) -> None:
    def heads(client: SignedIn) -> list[str]:
        table = html.fromstring(read(client, LIST)).cssselect("table thead th")
        return [head.text_content() for head in table]

    assert heads(editor_client) == ["Subscriber", "State", "Since"]
    chosen = {"column": ["tags", "attribute:city", "nonsense"], "q": "an", "segment": "the-press"}
    answer = editor_client.post(f"{LIST}/columns", data=chosen)
    assert parse_qs(urlsplit(answer.location).query) == {"q": ["an"], "segment": ["the-press"]}
    assert heads(editor_client) == ["Subscriber", "Tags", "Home city"]
    page = read(editor_client, LIST)
    assert "<bdi>Press</bdi>" in page
    assert "Rome &lt;script" in page
    assert XSS not in page
    colleague = create_user(
        session, email="cleo@press.example", role=RoleName.EDITOR, password=None, actor="test"
    )
    session.commit()
    assert heads(signed_in_client(app, session, colleague)) == ["Subscriber", "State", "Since"]
    editor_client.post(f"{LIST}/columns", data={})
    assert heads(editor_client) == ["Subscriber"]


def test_pages_of_rules_ask_for_their_counts_by_themselves(editor_client: SignedIn, labelled: People) -> None:
    for path in (LIST, BUILD, f"{LIST}/new-segment"):
        page = html.fromstring(read(editor_client, path))
        assert page.xpath("//*[@hx-get or @hx-post]")
        assert page.xpath("//script[contains(@src, 'live')]"), path

"""Review, test messages and sending: what will happen is said first, and happens once."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from lxml import html as lxml_html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.links import Links
from newsletter.issues import models
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import State
from tests.factories import make_readers, make_subscription
from tests.web.admin.issues.conftest import JSON, Desk, save_issue
from tests.web.signed_in import SignedIn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = {"when": "later", "date": "2026-11-27", "time": "08:00", "zone": "Europe/Rome"}


@pytest.fixture(autouse=True)
def march() -> Iterator[time_machine.Traveller]:
    """A morning before two changes of the clocks; who signs in does so then."""
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def readers(session: Session, publication: Publication) -> None:
    """Twelve who get it, one who did not confirm and two who paused."""
    make_readers(session, publication, 12)
    make_subscription(session, publication, "pending@readers.example", state=State.PENDING)
    for number in range(2):
        make_subscription(session, publication, f"paused{number}@readers.example", state=State.PAUSED)
    session.commit()


def own(issue: Issue, page: str) -> str:
    return f"/admin/issues/{issue.id}/{page}"


def tree(text: str) -> Any:
    return lxml_html.document_fromstring(text)


def words(text: str) -> str:
    return " ".join(tree(text).text_content().split())


def confirmation(client: SignedIn, issue: Issue, **asked: str) -> dict[str, str]:
    """The fields of the form that sends, as the page fills them in."""
    page = client.get(f"{own(issue, 'send')}?{urlencode(asked)}").text
    [form] = tree(page).cssselect("#confirm form")
    return {field.get("name"): field.get("value", "") for field in form.cssselect("input[name]")}


def mailings(session: Session) -> list[Mailing]:
    session.rollback()
    return list(session.scalars(select(Mailing).execution_options(populate_existing=True)))


def test_the_review_shows_what_preflight_finds_and_where(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    issue = save_issue(session, publication, subject="TK", preheader="")
    session.commit()
    page = editor_client.get(own(issue, "check")).text
    assert "1 thing must be mended before it can be sent." in words(page)
    places = [link.get("href") for link in tree(page).cssselect(".finding a")]
    assert places == [f"/admin/issues/{issue.id}/edit#subject", f"/admin/issues/{issue.id}/edit#preheader"]
    answer = editor_client.get(own(issue, "check"), headers=JSON)
    assert answer.json is not None
    assert answer.json["blocking"] == 1
    assert answer.json["etag"] == "1.0"
    assert answer.json["findings"][0] == {
        "rule": "placeholders",
        "level": "blocking",
        "message": "“TK” looks like a placeholder that was left behind.",
        "path": "subject",
    }


def test_a_test_message_is_recorded_and_an_edit_makes_it_old(
    editor_client: SignedIn, session: Session, issue: Issue, desk: Desk
) -> None:
    assert "No test message was sent" in editor_client.get(own(issue, "check")).text
    to = {"addresses": "Ana@press.example, bo@press.example; ana@press.example"}
    answer = editor_client.post(own(issue, "test"), data=to)
    assert (answer.status_code, answer.location) == (303, own(issue, "check"))
    page = words(editor_client.get(own(issue, "check")).text)
    assert "is on its way to Ana@press.example, bo@press.example." in page
    assert "Nothing is wrong with this issue." in page
    sent = session.scalars(select(SystemMessage).order_by(SystemMessage.id)).all()
    assert [message.recipient for message in sent] == ["Ana@press.example", "bo@press.example"]
    assert "issue.tested" in session.scalars(select(AuditEntry.action)).all()
    desk.save({"op": "replace", "path": "/subject", "value": "Another"})
    assert "No test message was sent" in editor_client.get(own(issue, "check")).text


def test_two_clicks_send_one_test(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    for _ in range(2):
        assert (
            editor_client.post(own(issue, "test"), data={"addresses": "a@press.example"}).status_code == 303
        )
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == 1
    editor_client.post(own(issue, "test"), data={"addresses": "b@press.example"})
    assert session.scalar(select(func.count()).select_from(models.TestMessage)) == 2


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Write the address"),
        ("nobody", "is not an email address"),
        ("a@b.example, <script>alert(1)</script>", "is not an email address"),
        (" ".join(f"a{n}@press.example" for n in range(6)), "at most 5 addresses; these are 6"),
        ("a@press.example\r\nBcc:x@y.example", "is not an email address"),
    ],
)
def test_addresses_that_cannot_be_used_are_told_and_kept(
    editor_client: SignedIn, session: Session, issue: Issue, typed: str, why: str
) -> None:
    answer = editor_client.post(own(issue, "test"), data={"addresses": typed})
    assert answer.status_code == 400
    assert why in words(answer.text)
    [field] = tree(answer.text).cssselect("#field-addresses")
    assert field.get("value").split() == typed.split()
    assert session.scalars(select(SystemMessage)).all() == []


def test_the_page_counts_and_says_what_will_happen(
    editor_client: SignedIn, issue: Issue, readers: None
) -> None:
    page = words(editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER)}").text)
    [chosen] = tree(editor_client.get(own(issue, "send")).text).cssselect("select option[selected]")
    assert (chosen.get("value"), chosen.text) == ("Europe/Rome", "Europe/Rome")
    assert "12 readers of The Morning" in page
    assert "1 have not confirmed" in page
    assert "2 have paused it" in page
    sentence = "Send to 12 readers of The Morning on Friday 27 November 2026 at 08:00 Europe/Rome."
    assert sentence in page
    assert "Schedule for 12 readers" in page
    now = words(editor_client.get(f"{own(issue, 'send')}?when=now").text)
    assert "Send to 12 readers of The Morning now." in now
    assert "Send to 12 readers now" in now


def test_scheduling_locks_and_two_clicks_make_one_mailing(
    editor_client: SignedIn, session: Session, issue: Issue, readers: None
) -> None:
    fields = confirmation(editor_client, issue, **LATER)
    for _ in range(2):
        answer = editor_client.post(own(issue, "send"), data=fields)
        assert (answer.status_code, answer.location) == (303, own(issue, "send"))
    [mailing] = mailings(session)
    assert mailing.state is MailingState.SCHEDULED
    assert mailing.scheduled_at == datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
    assert mailing.zone == "Europe/Rome"
    # What the back button shows: the page is not kept, and says what happened.
    shown = editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER)}")
    assert "no-store" in shown.headers["Cache-Control"]
    assert "is scheduled for Friday 27 November 2026 at 08:00 Europe/Rome" in words(shown.text)
    assert not tree(shown.text).cssselect("#confirm")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.scheduled")).one()
    assert entry.actor == "eddi@press.example"


def test_now_is_now(editor_client: SignedIn, session: Session, issue: Issue, readers: None) -> None:
    answer = editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, when="now"))
    assert answer.status_code == 303
    [mailing] = mailings(session)
    assert abs(mailing.scheduled_at - NOW) < timedelta(minutes=1)


def test_unschedule_and_edit(
    editor_client: SignedIn, session: Session, issue: Issue, desk: Desk, readers: None
) -> None:
    editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, **LATER))
    assert desk.read()["locked"]
    opened = editor_client.get(own(issue, "edit")).text
    assert f'"unschedule": "{own(issue, "unschedule")}"' in opened
    assert "This issue is scheduled for" in opened
    assert "Nobody has received it" in editor_client.get(own(issue, "unschedule")).text
    for _ in range(2):
        answer = editor_client.post(own(issue, "unschedule"))
        assert (answer.status_code, answer.location) == (303, own(issue, "edit"))
    [mailing] = mailings(session)
    assert mailing.state is MailingState.CANCELLED
    assert not desk.read()["locked"]
    state = desk.read()["etag"]
    change = {"op": "replace", "path": "/subject", "value": "Better"}
    assert desk.save(change).status_code == 200
    row = session.get_one(Issue, issue.id, populate_existing=True)
    assert find_revision(session, row, 1).locked_at is not None
    assert find_revision(session, row).number == 2
    assert desk.read()["etag"] != state
    assert (
        editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, **LATER)).status_code
        == 303
    )
    assert [row.state for row in mailings(session)] == [MailingState.CANCELLED, MailingState.SCHEDULED]
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("mailing.unscheduled") == 1


def test_what_is_being_sent_is_not_unscheduled(
    editor_client: SignedIn, session: Session, issue: Issue, links: Links
) -> None:
    mailing = schedule(session, session.get_one(Issue, issue.id), None, links, actor="test")
    mailing.state = MailingState.SENDING
    session.commit()
    answer = editor_client.post(own(issue, "unschedule"))
    assert answer.location == own(issue, "send")
    page = words(editor_client.get(own(issue, "send")).text)
    assert "cannot be unscheduled any more" in page
    assert "Unschedule and edit" not in page
    assert mailings(session)[0].state is MailingState.SENDING


def test_what_blocks_is_shown_with_its_place_and_cannot_be_sent(
    editor_client: SignedIn, session: Session, publication: Publication, readers: None
) -> None:
    issue = save_issue(session, publication, subject="")
    session.commit()
    page = editor_client.get(f"{own(issue, 'send')}?when=now").text
    assert "Write a subject line." in page
    assert not tree(page).cssselect("#confirm")
    forced = {"state": "1.0", "count": "12", "at": "", "when": "now"}
    answer = editor_client.post(own(issue, "send"), data=forced)
    assert answer.status_code == 400
    assert "The issue cannot be sent yet" in words(answer.text)
    assert mailings(session) == []


def test_nobody_to_send_to(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    page = editor_client.get(f"{own(issue, 'send')}?when=now").text
    assert "Nobody would get this issue" in page
    assert not tree(page).cssselect("#confirm")
    answer = editor_client.post(own(issue, "send"), data={"state": "1.0", "count": "0", "at": ""})
    assert answer.status_code == 409
    assert mailings(session) == []


def test_above_a_size_the_number_is_typed(
    app: Flask, editor_client: SignedIn, session: Session, issue: Issue, readers: None
) -> None:
    app.config["TYPED_COUNT_ABOVE"] = 10
    fields = confirmation(editor_client, issue, **LATER)
    assert fields["typed"] == ""
    for typed in ("", "11", "twelve", "1" * 400):
        answer = editor_client.post(own(issue, "send"), data=fields | {"typed": typed})
        assert answer.status_code == 409
        page = tree(answer.text)
        assert "Type the number of readers, 12, to confirm." in words(answer.text)
        [field] = page.cssselect("#confirm input[name=at]")
        assert field.get("value") == "2026-11-27T08:00+01:00[Europe/Rome]"
    assert mailings(session) == []
    answer = editor_client.post(own(issue, "send"), data=fields | {"typed": " 12 "})
    assert answer.status_code == 303
    assert len(mailings(session)) == 1


@pytest.mark.usefixtures("readers")
def test_what_changed_since_the_page_was_opened_is_told(
    session: Session, publication: Publication, issue: Issue, desk: Desk
) -> None:
    fields = confirmation(desk.client, issue, when="now")
    desk.save({"op": "replace", "path": "/subject", "value": "Another"})
    answer = desk.client.post(own(issue, "send"), data=fields)
    assert (answer.status_code, "was changed since" in answer.text) == (409, True)
    fields = confirmation(desk.client, issue, when="now")
    make_readers(session, publication, 40, start=100)
    session.commit()
    answer = desk.client.post(own(issue, "send"), data=fields)
    assert (answer.status_code, "number of readers has changed" in answer.text) == (409, True)
    assert mailings(session) == []


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"date": "2026-03-29", "time": "02:30"}, "the clocks go forward then"),
        ({"date": "2026-10-25", "time": "02:30"}, "comes twice that day"),
        ({"date": "2026-03-01", "time": "08:00"}, "in the past"),
        ({"date": "", "time": "08:00"}, "Choose a day and a time"),
        ({"date": "27.11.2026", "time": "8 o'clock"}, "is not a time"),
        ({"zone": "Mars/Olympus"}, "no time zone called"),
        ({"zone": "../../etc/passwd"}, "is not a time"),
        ({"date": "0001-01-01", "time": "00:00", "zone": "Asia/Tokyo"}, "too far away"),
        ({"date": "9999-12-31", "time": "23:59", "zone": "America/New_York"}, "too far away"),
        ({"date": "<script>"}, "is not a time"),
    ],
)
def test_a_time_that_cannot_be_used_is_told_and_kept(
    editor_client: SignedIn, issue: Issue, readers: None, chosen: dict[str, str], why: str
) -> None:
    answer = editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER | chosen)}")
    assert answer.status_code == 200
    assert why in words(answer.text)
    assert not tree(answer.text).cssselect("#confirm, script:not([src])")


def test_a_repeated_hour_is_asked_and_the_answer_kept(
    editor_client: SignedIn, session: Session, issue: Issue, readers: None
) -> None:
    twice = LATER | {"date": "2026-10-25", "time": "02:30"}
    page = editor_client.get(f"{own(issue, 'send')}?{urlencode(twice)}").text
    offsets = [field.get("value") for field in tree(page).cssselect("input[name=offset]")]
    assert offsets == ["+02:00", "+01:00"]
    fields = confirmation(editor_client, issue, **twice, offset="+01:00")
    assert re.fullmatch(r"2026-10-25T02:30\+01:00\[Europe/Rome\]", fields["at"])
    assert editor_client.post(own(issue, "send"), data=fields).status_code == 303
    [mailing] = mailings(session)
    assert mailing.scheduled_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.usefixtures("readers")
def test_a_time_that_passed_while_the_page_was_open_is_told(
    march: time_machine.Traveller, editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    fields = confirmation(editor_client, issue, **LATER | {"date": "2026-03-02", "time": "11:00"})
    march.shift(timedelta(hours=3))
    answer = editor_client.post(own(issue, "send"), data=fields)
    assert answer.status_code == 400
    assert "in the past" in words(answer.text)
    assert mailings(session) == []


@pytest.mark.parametrize("page", ["send", "unschedule", "test", "delete"])
def test_nothing_happens_without_the_token(
    editor_client: SignedIn, session: Session, issue: Issue, page: str
) -> None:
    answer = editor_client.post(own(issue, page), data={"addresses": "a@press.example"}, csrf=False)
    assert answer.status_code in {400, 403}
    assert session.get(Issue, issue.id) is not None
    assert session.scalars(select(SystemMessage)).all() == []
    assert mailings(session) == []


@pytest.mark.parametrize("page", ["send", "unschedule", "test", "delete"])
def test_what_is_not_there_is_not_found(editor_client: SignedIn, page: str) -> None:
    if page != "test":
        assert editor_client.get(f"/admin/issues/4711/{page}").status_code == 404
    if page != "delete":
        assert editor_client.post(f"/admin/issues/4711/{page}").status_code == 404

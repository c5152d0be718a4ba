"""The calendar of issues and the cadence of a publication, in the browser."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.cadence.models import Cadence
from newsletter.cadence.prepare import prepare_due_issues
from newsletter.core.links import Links
from newsletter.mailings.models import MailingState
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from tests.databases import both_databases
from tests.web.admin.issues.conftest import NOW, save_issue, tree, words
from tests.web.signed_in import SignedIn

CADENCE = "/admin/p/morning/cadence"
CALENDAR = "/admin/p/morning/issues/calendar"
FRIDAYS = {"rule": "fri 8:00", "days_ahead": "4"}


def entries(page: str) -> list[str]:
    return [" ".join(row.text_content().split()) for row in tree(page).cssselect(".issue-rows tr")]


@both_databases
def test_a_cadence_is_set_shown_and_stopped(
    march: Any, editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    assert "With a cadence, such as every Friday at 08:00" in editor_client.get(CALENDAR).text
    assert editor_client.post(CADENCE, data=FRIDAYS).location == CADENCE
    page = editor_client.get(CADENCE).text
    assert "Every Friday at 08:00 Europe/Rome." in words(page)
    dates = tree(page).cssselect(".due-dates li > .nums")
    assert [date.text_content() for date in dates][::9] == ["Fri 6 Mar, 08:00", "Fri 8 May, 08:00"]
    assert "Due on Friday 6 March 2026 at 08:00 Europe/Rome" in words(
        editor_client.get("/admin/p/morning").text
    )
    answer = editor_client.post(f"{CADENCE}/stop")
    assert "No more dates are planned." in editor_client.get(answer.location).text
    session.expire_all()
    assert session.get(Cadence, publication.id) is None
    assert "Due on" not in editor_client.get("/admin/p/morning").text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("TU,FR 08:00", "Every Tuesday and Friday at 08:00 Europe/Rome."),
        ("2nd mo 09:00 UTC", "On the second Monday of each month, at 09:00 UTC."),
        ("last fr 17:30", "On the last Friday of each month, at 17:30 Europe/Rome."),
        ("15 08:00", "On day 15 of each month, at 08:00 Europe/Rome."),
        ("last 08:00", "On the last day of each month, at 08:00 Europe/Rome."),
    ],
)
def test_rules_in_words(editor_client: SignedIn, publication: Publication, rule: str, said: str) -> None:
    editor_client.post(CADENCE, data=FRIDAYS | {"rule": rule})
    assert said in words(editor_client.get(CADENCE).text)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"rule": "sometimes"}, "rule"),
        ({"rule": ""}, "rule"),
        ({"rule": "FR 08:00\0"}, "rule"),
        ({"days_ahead": "99"}, "days_ahead"),
        ({"days_ahead": "-1"}, "days_ahead"),
        ({"days_ahead": "٣"}, "days_ahead"),
    ],
)
def test_nonsense_is_told_where_it_stands(
    editor_client: SignedIn, publication: Publication, typed: dict[str, str], field: str
) -> None:
    answer = editor_client.post(CADENCE, data=FRIDAYS | typed)
    assert answer.status_code == 400
    [control] = tree(answer.text.replace("\0", "")).cssselect(f"#field-{field}")
    assert control.get("aria-invalid") == "true"


@both_databases
def test_a_month_shows_what_was_sent_is_scheduled_and_is_due(
    march: Any,
    editor_client: SignedIn,
    session: Session,
    runtime: Runtime,
    publication: Publication,
    links: Links,
    readers: None,
) -> None:
    for number, day in enumerate((3, 13)):
        issue = save_issue(session, publication, title=f"Week {number}", slug=f"week-{number}")
        mailing = schedule(session, issue, Moment(NOW.replace(day=day), "Europe/Rome"), links, actor="test")
        if day == 3:
            mailing.state, mailing.scheduled_at = MailingState.FINISHED, NOW.replace(day=1)
    session.commit()
    editor_client.post(CADENCE, data=FRIDAYS)
    session.rollback()
    prepare_due_issues(runtime.sessions)
    editor_client.post(f"{CALENDAR}/skip", data={"day": "2026-03-20", "skip": "1"})
    page = editor_client.get(CALENDAR).text
    assert "March 2026" in page
    assert entries(page) == [
        "Sun 1 Mar, 10:00 Week 0 Sent",
        "Fri 6 Mar, 08:00 The Morning 2 Draft Skip: 2026-03-06",
        "Fri 13 Mar, 10:00 Week 1 Scheduled",
        "Fri 20 Mar, 08:00 No issue Skipped Undo: 2026-03-20",
        "Fri 27 Mar, 08:00 Not started yet Due Skip: 2026-03-27",
    ]
    april, february = (editor_client.get(f"{CALENDAR}?month=2026-0{month}").text for month in (4, 2))
    assert entries(april)[0] == "Fri 3 Apr, 08:00 Not started yet Due Skip: 2026-04-03"
    assert "Nothing this month." in february
    assert [link.get("href") for link in tree(page).cssselect(".calendar-months a")] == [
        f"{CALENDAR}?month=2026-02",
        f"{CALENDAR}?month=2026-04",
    ]


def test_dates_are_skipped_and_taken_back(
    march: Any, editor_client: SignedIn, publication: Publication
) -> None:
    editor_client.post(CADENCE, data=FRIDAYS)
    asked = {"day": "2026-03-06", "skip": "1"}
    answer = editor_client.post(f"{CALENDAR}/skip", data=asked | {"page": "cadence"})
    assert answer.location == CADENCE
    assert "The date is skipped." in editor_client.get(CADENCE).text
    assert "due on Friday 13 March" in words(editor_client.get(CALENDAR).text)
    answer = editor_client.post(f"{CALENDAR}/skip", data=asked | {"skip": "0"})
    assert answer.location == f"{CALENDAR}?month=2026-03"
    assert "due on Friday 6 March" in words(editor_client.get(answer.location).text)
    for bad, told in {
        "2026-03-07": "none of the next dates",
        "soon": "Choose a date",
        "": "Choose a date",
        "9999-12-31": "none of the next dates",
    }.items():
        answer = editor_client.post(f"{CALENDAR}/skip", data={"day": bad, "skip": "1"})
        assert told in editor_client.get(answer.location).text


@pytest.mark.parametrize("month", ["x", "2026-13", "1999-01", "2099-12", "٢٠٢٦-٠١", "%00", ""])
def test_any_month_can_be_asked_for(editor_client: SignedIn, publication: Publication, month: str) -> None:
    editor_client.post(CADENCE, data=FRIDAYS)
    assert editor_client.get(f"{CALENDAR}?month={month}").status_code == 200


def test_without_anything_left_the_month_of_the_next_date_is_shown(
    march: Any, editor_client: SignedIn, publication: Publication
) -> None:
    editor_client.post(CADENCE, data=FRIDAYS | {"rule": "1st SU 08:00"})
    assert "April 2026" in editor_client.get(CALENDAR).text

"""The time of a send: gaps and repeats of the clocks, and what cannot be used."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from tests.databases import both_databases
from tests.web.admin.issues.conftest import (
    LATER,
    NOW,
    confirmation,
    mailings,
    own,
    tree,
    words,
)
from tests.web.signed_in import SignedIn

pytestmark = pytest.mark.usefixtures("march")


def test_now_is_now(editor_client: SignedIn, session: Session, issue: Issue, readers: None) -> None:
    answer = editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, when="now"))
    assert answer.status_code == 303
    [mailing] = mailings(session)
    assert abs(mailing.scheduled_at - NOW) < timedelta(minutes=1)


@both_databases
@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"date": "2026-03-29", "time": "02:30"}, "the clocks go forward then"),
        ({"date": "2026-10-25", "time": "02:30"}, "happens twice that day"),
        ({"date": "2026-03-01", "time": "08:00"}, "in the past"),
        ({"date": "", "time": "08:00"}, "Choose a day and a time"),
        ({"date": "27.11.2026", "time": "8 o'clock"}, "is not a time"),
        ({"zone": "Mars/Olympus"}, "no time zone called"),
        ({"zone": "../../etc/passwd"}, "is not a time"),
        ({"date": "0001-01-01", "time": "00:00", "zone": "Asia/Tokyo"}, "too far in the future"),
        ({"date": "9999-12-31", "time": "23:59", "zone": "America/New_York"}, "too far in the future"),
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

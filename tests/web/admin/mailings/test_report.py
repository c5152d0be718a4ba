"""The report page of a mailing: figures, the table of its chart, files, and other mailings."""

from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication, TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.reports.conftest import MakeSent, follow_link, make_sent, tell
from tests.web.admin.mailings.ledger import cells, read
from tests.web.signed_in import SignedIn

__all__ = ["make_sent"]


@both_databases
def test_a_mailing_has_a_report(
    editor_client: SignedIn,
    publication: Publication,
    readers: list[Subscription],
    make_sent: MakeSent,
) -> None:
    publication.tracking = TrackingMode.AGGREGATE
    earlier, mailing_id = make_sent("one", days=7), make_sent("two", sent=1_200, clicks=30)
    url = f"/admin/mailings/{mailing_id}"
    assert f"{url}/report" in read(editor_client, url)
    page = read(editor_client, f"{url}/report")
    assert "of 1,200 (2.5%)" in page
    assert "2 of 3<" in page  # the earlier one: few, so no percentage
    assert f"/admin/mailings/{earlier}/report" in page
    assert "no such mailbox" in page
    assert page.count("data-at=") == 3
    assert 'data-value="29"' in page
    assert "style=" not in page
    hours = cells(editor_client.post(f"{url}/report/hours.csv").text)
    assert [row[1:] for row in hours] == [["clicks", "scanner_clicks"], ["29", "1"], ["1", "0"]]
    compared = cells(editor_client.post(f"{url}/report/compared.csv").text)
    assert [row[0] for row in compared[1:]] == [str(mailing_id), str(earlier)]
    assert compared[1][3:] == ["1200", "30", "0", "1", "1201"]


def test_what_was_read(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    readers: list[Subscription],
    make_sent: MakeSent,
) -> None:
    assert "Nothing counted yet" in read(editor_client, "/admin/p/morning/mailings/stories")
    publication.tracking = TrackingMode.AGGREGATE
    mailing_id = make_sent("one", sent=1_200, clicks=30)
    item = {"headline": "<The mill>", "url": "https://tide.example/mill"}
    tell(session, mailing_id, {"type": "links", "id": "a", "title": "News", "items": [item]})
    assert "/mailings/stories" in read(editor_client, "/admin/p/morning/mailings")
    page = read(editor_client, "/admin/p/morning/mailings/stories")
    assert "&lt;The mill&gt;" in page
    assert "30 of 1,200 (2.5%)" in page
    rows = cells(editor_client.post("/admin/p/morning/mailings/stories.csv").text)
    assert rows[1] == ["story", "<The mill>", "https://tide.example/mill", "1", "30", "1200"]
    assert [row[0] for row in rows[1:]] == ["story", "outlet", "section"]


def test_what_did_not_begin_has_an_empty_report(
    editor_client: SignedIn, session: Session, scheduled: int
) -> None:
    assert session.get_one(Mailing, scheduled).started_at is None
    page = read(editor_client, f"/admin/mailings/{scheduled}/report")
    assert "hours-title" not in page
    assert "Clicks by people" not in page
    assert editor_client.get("/admin/mailings/99/report").status_code == 404


def test_the_click_map_says_the_same_in_the_email_in_the_table_and_in_the_file(
    editor_client: SignedIn,
    session: Session,
    runtime: Runtime,
    publication: Publication,
    scheduled: int,
) -> None:
    url = f"/admin/mailings/{scheduled}/report"
    assert "Nothing counted" in read(editor_client, f"{url}/clicks")
    assert editor_client.get(f"{url}/email").text == ""
    mill = "https://tide.example/mill"
    tell(session, scheduled, {"type": "text", "id": "a", "text": f"[The mill]({mill})"})
    publication.tracking = TrackingMode.AGGREGATE
    session.commit()
    assert freeze(runtime.sessions, scheduled, runtime.links)
    follow_link(session, scheduled, mill, 120)
    assert f"{url}/clicks" in read(editor_client, url)
    page = read(editor_client, f"{url}/clicks")
    assert "120 of 120 (100.0%)" in page
    assert "The mill" in page
    assert "style=" not in page
    email = editor_client.get(f"{url}/email")
    assert "120 · 100.0%" in email.text
    assert f'href="{mill}"' in email.text
    assert "sandbox" in email.headers["Content-Security-Policy"]
    assert "allow-scripts" not in email.headers["Content-Security-Policy"]
    rows = cells(editor_client.post(f"{url}/clicks.csv").text)
    assert rows[1] == ["The mill", mill, mill, "120", "120", "0"]

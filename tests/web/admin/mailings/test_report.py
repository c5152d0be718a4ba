"""The report page of a mailing: figures, the table of its chart, files, and other mailings."""

from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication, TrackingMode
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.reports.conftest import MakeSent, make_sent
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


def test_what_did_not_begin_has_an_empty_report(
    editor_client: SignedIn, session: Session, scheduled: int
) -> None:
    assert session.get_one(Mailing, scheduled).started_at is None
    page = read(editor_client, f"/admin/mailings/{scheduled}/report")
    assert "hours-title" not in page
    assert "Clicks by people" not in page
    assert editor_client.get("/admin/mailings/99/report").status_code == 404

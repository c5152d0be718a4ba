"""The page that says how a publication grows, and its file."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentKind, ConsentRecord, ConsentSource
from tests.databases import both_databases
from tests.factories import make_subscription
from tests.web.admin.mailings.ledger import cells, read
from tests.web.signed_in import SignedIn

URL = "/admin/p/morning/subscribers/growth"


@both_databases
def test_growth_by_week_and_month(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    assert read(editor_client, URL).count("Nobody in this period.") == 3
    assert URL not in read(editor_client, "/admin/p/morning/subscribers")
    person = make_subscription(session, publication, "ana@reader.example")
    session.add(
        ConsentRecord(subscription_id=person.id, kind=ConsentKind.IMPORTED, source=ConsentSource.IMPORT)
    )
    session.commit()
    assert URL in read(editor_client, "/admin/p/morning/subscribers")
    assert read(editor_client, f"{URL}?by=decade").count("data-at=") == 26
    page = read(editor_client, f"{URL}?by=month")
    assert page.count("data-at=") == 13
    assert "style=" not in page
    head, *rows = cells(editor_client.post(f"{URL}.csv?by=month").text)
    assert head == ["month_of", "sign_ups import", "confirmed", "joined", "net"]
    assert rows[-1][1:] == ["1", "0", "1", "1"]

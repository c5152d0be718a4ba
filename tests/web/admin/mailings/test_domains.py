"""The page by domain."""

import pytest
from sqlalchemy.orm import Session

from newsletter.mailings import domains
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.factories import make_subscription
from tests.web.admin.mailings.ledger import half_way, read
from tests.web.signed_in import SignedIn


@pytest.fixture
def others(session: Session, publication: Publication, readers: list[Subscription]) -> None:
    """After the readers, so that those are the first to be sent to."""
    assert readers
    for name in ("a@one.example", "b@one.example", "c@two.example", "d@three.example"):
        make_subscription(session, publication, name)
    session.commit()


@both_databases
@pytest.mark.usefixtures("others")
def test_it_counts_by_domain(
    editor_client: SignedIn,
    session: Session,
    runtime: Runtime,
    scheduled: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"/admin/mailings/{scheduled}"
    assert "No recipients" in read(editor_client, f"{url}/domains")
    assert freeze(runtime.sessions, scheduled, runtime.links)
    half_way(session, scheduled)
    assert f'href="{url}/domains"' in read(editor_client, url)
    page = read(editor_client, f"{url}/domains")
    assert [part.split("</bdi>")[0] for part in page.split("<bdi>")[1:]] == [
        *("readers.example", "one.example", "three.example", "two.example")
    ]
    readers = page.split("<bdi>readers.example</bdi>")[1].split("</tr>")[0]
    numbers = [cell.split("<")[0] for cell in readers.split('">')[1:]]
    assert numbers == ["8", "4", "2", "1", "0", "1"]
    monkeypatch.setattr(domains.by_domain, "__defaults__", (1,))
    page = read(editor_client, f"{url}/domains")
    assert "3 others" in page
    assert "one.example" not in page


def test_a_mailing_that_is_not_there(editor_client: SignedIn, publication: Publication) -> None:
    assert editor_client.get("/admin/mailings/4242/domains").status_code == 404

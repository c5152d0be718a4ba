"""The frame around every page: the rail, the publications, what one may open, errors."""

import pytest
from sqlalchemy.orm import Session

from newsletter.publications.create import create_publication
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.signed_in import SignedIn


@pytest.fixture
def another(session: Session, publication: Publication) -> Publication:
    made = create_publication(
        session,
        slug="evening",
        name="<b>Evening</b> & Co",
        sender="e@press.example",
        postal_address="1 Quay Street",
        actor="test",
    )
    session.commit()
    return made


def page(client: SignedIn, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_frame(admin_client: SignedIn, publication: Publication) -> None:
    shown = page(admin_client, "/admin/")
    assert "<title>Home · The Morning</title>" in shown
    assert 'aria-current="page"' in shown
    assert "olga@press.example" in shown
    assert "Sign out" in shown
    assert '<meta name="csrf-token" content="' in shown
    assert "<script>" not in shown
    assert "style=" not in shown


def test_without_a_publication(admin_client: SignedIn) -> None:
    assert "olga@press.example" in page(admin_client, "/admin/")


def test_the_last_publication_is_remembered(
    admin_client: SignedIn, publication: Publication, another: Publication
) -> None:
    assert "<title>Home · &lt;b&gt;Evening&lt;/b&gt; &amp; Co</title>" in page(admin_client, "/admin/")
    assert "<title>Home · The Morning</title>" in page(admin_client, "/admin/p/morning")
    assert "<title>Home · The Morning</title>" in page(admin_client, "/admin/")
    assert "<title>Team · The Morning</title>" in page(admin_client, "/admin/team")
    assert admin_client.get("/admin/p/nothing").status_code == 404
    assert "The Morning" not in page(admin_client, "/admin/p/evening").split("</title>")[0]


@both_databases
def test_the_rail_shows_what_one_may_open(
    admin_client: SignedIn, editor_client: SignedIn, publication: Publication
) -> None:
    assert 'href="/admin/team"' in page(admin_client, "/admin/")
    assert 'href="/admin/team"' not in page(editor_client, "/admin/")
    assert 'href="/admin/account"' in page(editor_client, "/admin/")


def test_errors_stand_in_the_frame(
    admin_client: SignedIn, client: SignedIn, publication: Publication
) -> None:
    lost = admin_client.get("/admin/nothing")
    assert lost.status_code == 404
    assert "The Morning" in lost.get_data(as_text=True)
    assert "The Morning" not in client.get("/admin/nothing").get_data(as_text=True)
    as_json = admin_client.get("/admin/nothing", headers={"Accept": "application/json"})
    assert as_json.status_code == 404
    assert as_json.get_json() == {"error": "http_404", "message": "", "fields": {}}
    domain = admin_client.get("/admin/p/nothing", headers={"Accept": "application/json"}).get_json()
    assert domain["error"] == "unknown_publication"
    assert "nothing" in domain["message"]


def test_the_session_for_scripts(admin_client: SignedIn, publication: Publication) -> None:
    data = admin_client.get("/admin/session.json").get_json()
    assert data["user"] == "olga@press.example"
    assert data["role"] == "owner"
    sent = admin_client.post(
        "/admin/account/sessions/end", headers={"X-CSRFToken": data["csrf_token"]}, csrf=False
    )
    assert sent.status_code == 303


def test_one_language_on_a_page(admin_client: SignedIn, publication: Publication) -> None:
    shown = admin_client.get("/admin/team", headers={"Accept-Language": "de"}).get_data(as_text=True)
    assert '<html lang="en" dir="ltr">' in shown

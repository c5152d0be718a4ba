"""The front page lists the publications."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.databases import both_databases
from tests.factories import make_publication


@both_databases
def test_it_says_what_to_do_when_there_is_none(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "newsletter publication create" in page.text


def test_it_lists_publications(client: FlaskClient, session: Session) -> None:
    make_publication(session, "weekly", name="The <Weekly>", description="Every Friday.")
    session.commit()
    page = client.get("/")
    assert "The &lt;Weekly&gt;" in page.text
    assert 'href="/subscribe/weekly"' in page.text
    assert 'href="/archive/weekly/"' in page.text

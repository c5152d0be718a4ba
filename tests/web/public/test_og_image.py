"""The picture that shared links show for an issue: drawn when first asked for, kept, and renewed."""

from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from tests.databases import both_databases
from tests.web.public.published import found, page, publish


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.media_dir / "og"


def picture_url(client: FlaskClient) -> str:
    (url,) = found(page(client, "/archive/weekly/one"), "//meta[@property='og:image']/@content")
    return str(url)


@both_databases
def test_it_is_drawn_once_and_anew_when_the_issue_looks_different(
    client: FlaskClient, session: Session, weekly: Publication, folder: Path
) -> None:
    issue = publish(session, weekly, title="The clock")
    url = picture_url(client)
    assert url.startswith("http://localhost/archive/weekly/one/og.png?v=")
    assert not folder.exists()
    answer = client.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert Image.open(BytesIO(answer.data)).size == (1200, 630)
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in answer.headers
    again = client.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    (file,) = folder.iterdir()
    weekly.description = "Other words."  # another state of the page, but not of the picture
    session.commit()
    before = file.stat().st_mtime_ns
    assert client.get(url).data == answer.data
    assert file.stat().st_mtime_ns == before

    weekly.theme_tokens = {"accent": "#0a6640"}
    session.commit()
    assert picture_url(client) != url
    assert client.get(picture_url(client)).data != answer.data
    assert [each.name for each in folder.iterdir()] == [f"{issue.id}.png"]

    file.write_bytes(b"not a picture")
    weekly.name = "Another name"
    session.commit()
    assert client.get(picture_url(client)).mimetype == "image/png"


def test_only_published_issues_have_one(client: FlaskClient, session: Session, weekly: Publication) -> None:
    save_document(session, weekly, Document(title="A draft", slug="draft"))
    session.commit()
    for path in ("weekly/draft", "weekly/nothing", "nowhere/one", "weekly/a%00b"):
        assert client.get(f"/archive/{path}/og.png").status_code == 404
    assert client.post("/archive/weekly/draft/og.png").status_code == 405

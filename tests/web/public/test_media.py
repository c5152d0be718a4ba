"""Images on the web."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.store import store_image
from newsletter.settings import Settings
from tests.databases import both_databases


@pytest.fixture
def row(session: Session, settings: Settings) -> MediaFile:
    file = BytesIO()
    Image.new("RGB", (700, 350), (10, 90, 120)).save(file, "jpeg")
    row = store_image(session, MediaFiles(settings.media_dir), file.getvalue())
    session.commit()
    return row


@both_databases
def test_an_image_is_served_for_ever(client: FlaskClient, row: MediaFile) -> None:
    answer = client.get(f"/media/{row.key}/300.jpg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(BytesIO(answer.data)) as image:
        assert image.size == (300, 150)
    assert client.head(f"/media/{row.key}/300.jpg").headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize(
    "path", ["299.jpg", "300.png", "original.jpg", "300", "-300.jpg", "300.jpg/x", "0300000.jpg"]
)
def test_only_listed_widths_and_the_right_extension_exist(
    client: FlaskClient, row: MediaFile, path: str
) -> None:
    assert client.get(f"/media/{row.key}/{path}").status_code == 404


@pytest.mark.parametrize("key", ["0" * 20, "..", "%2e%2e", "a%00b", "x" * 300])
def test_unknown_images_are_404(client: FlaskClient, key: str) -> None:
    assert client.get(f"/media/{key}/300.jpg").status_code == 404

"""The media library: what is in it, how something gets into it, and what is said about it."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.media.models import MediaFile
from tests.databases import both_databases
from tests.web.signed_in import SignedIn

LIBRARY = "/admin/media/"

pytestmark = pytest.mark.usefixtures("publication")


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (40, 30), "#806040").save(file, "PNG")
    file.seek(0)
    return file


@both_databases
def test_an_image_is_added_described_and_found(editor_client: SignedIn, session: Session) -> None:
    assert "No images yet." in editor_client.get(LIBRARY).text
    answer = editor_client.post(LIBRARY, data={"file": (picture(), "pier.png")})
    row = session.scalars(select(MediaFile)).one()
    assert (answer.status_code, answer.location) == (303, f"{LIBRARY}{row.key}")
    words = {"alt": "A  pier\n<b>", "caption": "At dawn", "credit": "Mira", "licence": "CC BY 4.0"}
    assert editor_client.post(answer.location, data=words).status_code == 303
    session.refresh(row)
    assert (row.alt, row.licence) == ("A pier <b>", "CC BY 4.0")
    assert "A pier &lt;b&gt;" in editor_client.get(answer.location).text
    assert row.key in editor_client.get(f"{LIBRARY}?q=DAWN").text
    assert "No image matches these words." in editor_client.get(f"{LIBRARY}?q=%25").text
    assert row.key not in editor_client.get(f"{LIBRARY}?before={row.id}").text


def test_what_cannot_be_kept_is_refused_in_place(editor_client: SignedIn, session: Session) -> None:
    assert editor_client.post(LIBRARY, data={}).status_code == 400
    answer = editor_client.post(LIBRARY, data={"file": (BytesIO(b"no picture"), "x.png")})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    editor_client.post(LIBRARY, data={"file": (picture(), "pier.png")})
    row = session.scalars(select(MediaFile)).one()
    answer = editor_client.post(f"{LIBRARY}{row.key}", data={"licence": "x" * 121, "alt": "\x01"})
    assert (answer.status_code, answer.text.count('aria-invalid="true"')) == (400, 2)
    for missing in ("nothing", "%00", "9" * 300):
        assert editor_client.get(f"{LIBRARY}{missing}").status_code == 404
        assert editor_client.post(f"{LIBRARY}{missing}").status_code == 404

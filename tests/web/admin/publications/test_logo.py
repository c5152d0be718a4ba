"""A publication's logo."""

import struct
import zlib

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.media.models import MediaFile
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors, picture, values, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/theme"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def upload(client: SignedIn, octets: bytes, filename: str = "logo.png", **fields: str) -> TestResponse:
    """As a browser sends it; the test client would keep a large file in one of its own."""
    given = b"".join(
        b'--cut\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), text.encode())
        for name, text in fields.items()
    )
    head = b'--cut\r\nContent-Disposition: form-data; name="logo"; filename="%b"\r\n\r\n' % filename.encode()
    body = given + head + octets + b"\r\n--cut--\r\n"
    return client.post("/admin/p/morning/logo", data=body, content_type="multipart/form-data; boundary=cut")


def bomb(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is so large."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunks + struct.pack(">I", 0) + b"IEND\xaeB`\x82"


def test_is_on_the_readers_pages_and_in_the_email(
    editor_client: SignedIn, session: Session, publication: Publication, png: bytes
) -> None:
    answer = upload(editor_client, png, alt="The Morning")
    assert (answer.status_code, answer.location) == (303, PAGE)
    session.refresh(publication)
    row = session.scalars(select(MediaFile)).one()
    assert (publication.logo, row.alt) == (row.key, "The Morning")
    assert f"/media/{row.key}/" in editor_client.get("/archive/morning/").text
    assert f"/media/{row.key}/" in editor_client.get("/subscribe/morning").text
    assert f"/media/{row.key}/" in editor_client.get(f"{PAGE}/preview").text
    assert editor_client.get(f"/media/{row.key}/300.png").status_code == 200


@both_databases
def test_the_words_for_it_can_be_changed_and_it_can_be_removed(
    editor_client: SignedIn, session: Session, publication: Publication, png: bytes
) -> None:
    upload(editor_client, png, alt="One")
    upload(editor_client, png, alt="Two")
    assert session.scalars(select(MediaFile)).one().alt == "Two"
    for _ in range(2):
        assert editor_client.post("/admin/p/morning/logo/remove").status_code == 303
    session.refresh(publication)
    assert publication.logo == ""
    assert "/media/" not in editor_client.get("/archive/morning/").text


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "Choose an image file"),
        (SVG, "do not show SVG"),
        (b"GIF89a nonsense", "not a JPEG, PNG, GIF or WebP image"),
        (b"MZ\x90\x00 a program", "not a JPEG, PNG, GIF or WebP image"),
        (picture(50_000, 10), "50000 × 10 pixels"),
        (bomb(50_000, 50_000), "million pixels"),
        (picture()[:90], "damaged"),
    ],
)
def test_what_is_no_logo_is_told(
    editor_client: SignedIn, session: Session, publication: Publication, octets: bytes, said: str
) -> None:
    answer = upload(editor_client, octets, alt="Kept")
    assert answer.status_code == 400
    assert said in errors(answer)["logo"]
    assert values(answer, "/logo")["alt"] == "Kept"
    session.refresh(publication)
    assert publication.logo == ""
    assert session.scalars(select(MediaFile)).all() == []


def test_ten_megabytes_are_too_many(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    answer = upload(editor_client, b"\x89PNG" + b"x" * 10_000_000)
    assert answer.status_code == 303
    assert "larger than 5 MB" in words(editor_client.get(answer.location))
    session.refresh(publication)
    assert publication.logo == ""
    # A little more than the limit gets through to us, and says the same.
    answer = upload(editor_client, b"\x89PNG" + b"x" * 5_000_010)
    assert "larger than 5 MB" in errors(answer)["logo"]


def test_a_form_without_a_file_is_told(editor_client: SignedIn, publication: Publication) -> None:
    answer = editor_client.post("/admin/p/morning/logo", data={"alt": "x"})
    assert errors(answer)["logo"] == "Choose an image file."

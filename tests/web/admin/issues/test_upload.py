"""Images from the editor's page, and who else is there."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.media.models import MediaFile
from newsletter.web.admin.issues.presence import others
from tests.databases import both_databases
from tests.web.admin.issues.conftest import JSON, DocumentClient
from tests.web.signed_in import SignedIn


def picture(size: tuple[int, int] = (1600, 900), kind: str = "jpeg") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few octets that says it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0")), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def multipart(octets: bytes) -> dict[str, Any]:
    """A form with a large file, as a browser sends it; the test client would keep it in a file of its own."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head + octets + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


@both_databases
def test_an_image_becomes_what_the_document_needs(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    own = f"/admin/issues/{issue.id}"
    file = {"file": (io.BytesIO(picture()), "mill.jpg")}
    answer = editor_client.post(f"{own}/upload", data=file, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    given = answer.json
    assert given["src"].startswith("media:")
    assert (given["width"], given["height"]) == (1600, 900)
    assert (given["alt"], given["caption"], given["credit"]) == ("", "", "")
    shown = editor_client.get(given["url"])
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert session.scalars(select(MediaFile.filename)).one() == "mill.jpg"
    found = editor_client.get(f"{own}/media/{given['src'].removeprefix('media:')}")
    assert (found.status_code, found.location) == (302, given["url"])
    image = {"type": "image", "id": "mill", "image": {"src": given["src"], "alt": "A mill"}}
    saved = DocumentClient(editor_client, issue.id).save({"op": "add", "path": "/sections/-", "value": image})
    assert saved.status_code == 200


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "Choose an image file."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a JPEG"),
        (b"GIF89a" + b"\0" * 20, "not a JPEG"),
        (bomb(50_000, 50_000), "million pixels"),
        (bomb(50_000, 10), "damaged"),
        (picture()[:2_000], "damaged"),
    ],
    ids=["nothing", "svg", "gif", "square", "wide", "half"],
)
def test_what_is_no_image_is_refused_in_a_sentence(
    editor_client: SignedIn, session: Session, issue: Issue, octets: bytes, words: str
) -> None:
    file = {"file": (io.BytesIO(octets), "mill.png")}
    answer = editor_client.post(f"/admin/issues/{issue.id}/upload", data=file, headers=JSON)
    assert answer.status_code == 400
    assert answer.json is not None
    assert words in answer.json["message"]
    assert session.scalars(select(MediaFile)).all() == []


def test_a_large_file_is_taken_and_a_larger_one_is_not(editor_client: SignedIn, issue: Issue) -> None:
    url = f"/admin/issues/{issue.id}/upload"
    noise = Image.effect_noise((2_000, 1_500), 90).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "png")
    assert len(file.getvalue()) > 3_000_000
    assert editor_client.post(url, headers=JSON, **multipart(file.getvalue())).status_code == 200
    answer = editor_client.post(url, headers=JSON, **multipart(b"\0" * 22_000_000))
    assert answer.status_code == 413
    assert answer.json is not None
    assert "larger than 20 MB" in answer.json["message"]


@both_databases
def test_an_upload_without_the_token_is_refused(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    file = {"file": (io.BytesIO(picture()), "mill.jpg")}
    answer = editor_client.post(f"/admin/issues/{issue.id}/upload", data=file, headers=JSON, csrf=False)
    assert answer.status_code in {400, 403}
    assert session.scalars(select(MediaFile)).all() == []


def test_two_editors_see_each_other(
    editor_client: SignedIn, admin_client: SignedIn, issue: Issue, redis_url: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()  # the tests share it, and their issues have the same numbers
    url = f"/admin/issues/{issue.id}/presence"
    unsaid = {"comments": "0.0"}
    assert editor_client.post(url, json={"etag": "1.0"}).json == {"others": []} | unsaid
    assert admin_client.post(url, json={"etag": "1.0"}).json == {"others": ["eddi@press.example"]} | unsaid
    assert editor_client.post(url, data="nonsense").json == {"others": ["olga@press.example"]} | unsaid


def test_without_redis_nobody_is_there() -> None:
    assert others("redis://127.0.0.1:1/0", 1, "ana@press.example") == []

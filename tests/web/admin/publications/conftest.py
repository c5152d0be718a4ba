"""What tests of a publication's pages share: pictures, forms, and a look at a page."""

import io
from typing import Any

import pytest
from lxml import html as lxml_html
from PIL import Image
from werkzeug.test import TestResponse

FORM = {
    "name": "The Evening",
    "slug": "evening",
    "description": "",
    "sender_name": "",
    "sender_email": "evening@press.example",
    "reply_to": "",
    "postal_address": "1 Quay Street\r\nGalway",
    "language": "en",
    "timezone": "Europe/Dublin",
}


def picture(width: int = 400, height: int = 100, kind: str = "PNG") -> bytes:
    octets = io.BytesIO()
    Image.new("RGB", (width, height), "#b5321c").save(octets, kind)
    return octets.getvalue()


def tree(answer: TestResponse) -> Any:
    return lxml_html.document_fromstring(answer.text)


def words(answer: TestResponse) -> str:
    return " ".join(tree(answer).text_content().split())


def values(answer: TestResponse, action: str = "") -> dict[str, str]:
    """What the form that goes to `action` holds."""
    (form,) = [one for one in tree(answer).forms if one.method == "POST" and action in (one.action or "")][:1]
    return {name: value or "" for name, value in form.form_values() if name != "csrf_token"}


def errors(answer: TestResponse) -> dict[str, str]:
    """The sentence at each field that is wrong, by the field's name."""
    page = tree(answer)
    return {
        field.get("name"): " ".join(
            page.get_element_by_id(f"{field.get('id')}-error").text_content().split()
        ).removeprefix("Error: ")
        for field in page.xpath("//*[@aria-invalid='true']")
    }


@pytest.fixture
def png() -> bytes:
    return picture()

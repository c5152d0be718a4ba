"""Who is credited for a picture, in the many ways in which pages write it."""

from pathlib import Path

import pytest
import yaml

from newsletter.pages.credits import join_pieces
from newsletter.pages.metadata import read_metadata

FORMS = yaml.safe_load((Path(__file__).parent / "fixtures" / "credit_forms.yaml").read_text())
URL = "https://gazette.example/2026/03/harbour-works"
PICTURE = "https://gazette.example/i/harbour-1200.jpg"
PARAGRAPHS = (
    "<p>The harbour authority said on Monday that the works would take some weeks and that until then all "
    "ferries would leave from the northern quay, an hour later than usual.</p>"
) * 6


def read_credit(below: str) -> str:
    """The credit of the picture at the head of a page, for what it shows around that picture."""
    around = below.replace("IMG", f'<img src="{PICTURE}" alt="Cranes">')
    image = read_metadata(
        "<!doctype html><html lang=en><head><title>Harbour works begin - Gazette</title>"
        '<meta property="og:title" content="Harbour works begin">'
        f'<meta property="og:image" content="{PICTURE}"></head><body><main><article>'
        f"<h1>Harbour works begin</h1>{around}<div>{PARAGRAPHS}</div></article></main></body></html>",
        URL,
    ).image
    assert image is not None
    return image.credit


def test_credits_are_read_in_the_forms_that_pages_use() -> None:
    wrong = [
        (form["html"], form["credit"], found)
        for form in FORMS
        if (found := read_credit(form["html"])) != form["credit"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "alt",
    [
        "Photo: the quay in the morning",
        "The mayor with a picture by her son",
        "Image: cranes at the quay. They are new.",
    ],
)
def test_a_sentence_is_no_credit(alt: str) -> None:
    assert read_credit(f'<figure><img src="{PICTURE}" alt="{alt}"></figure>') == ""


def test_a_long_text_takes_no_long_time() -> None:
    """Each pattern is linear: 5,000 characters of any kind are read at once, not in minutes."""
    for text in ("Jane Doe ", "A. ", "Aa/", "Photo: ", " - ", "Foto ", "by A ", "/ 가나 ", "CC BY ", "(Ab"):
        assert join_pieces([text * (5_000 // len(text))] * 2)

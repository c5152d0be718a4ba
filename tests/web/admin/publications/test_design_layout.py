"""Width, corners and header image on a publication's page *Design*, and the contrast at each colour."""

import pytest
from sqlalchemy.orm import Session

from newsletter.media.models import MediaFile
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors, tree, values
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/theme"
PREVIEW = f"{PAGE}/preview"


@pytest.fixture
def form(editor_client: SignedIn, publication: Publication) -> dict[str, str]:
    return values(editor_client.get(PAGE), PAGE)


@pytest.fixture
def ferry(session: Session) -> MediaFile:
    row = MediaFile(key="a1b2", filename="ferry.png", format="png", width=1400, height=350, octets=9)
    session.add(row)
    session.commit()
    return row


@both_databases
def test_a_design_is_saved_and_shown_as_it_was_typed(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    ferry: MediaFile,
    form: dict[str, str],
) -> None:
    chosen = {
        "email_width": "680",
        "corners": "12",
        "header_image": ferry.key,
        "header_alt": "The Morning: a ferry",
        "header_width": "400",
        "header_place": "instead",
        "header_dark": ferry.key,
    }
    assert editor_client.post(PAGE, data=form | chosen).status_code == 303
    session.refresh(publication)
    assert publication.theme_tokens == chosen
    kept = values(editor_client.get(PAGE), PAGE)
    assert {name: kept[name] for name in chosen} == chosen


def test_a_preview_has_the_header_image(
    editor_client: SignedIn, publication: Publication, ferry: MediaFile
) -> None:
    asked = {"header_image": ferry.key, "header_alt": "A ferry", "email_width": "520", "corners": "16"}
    answer = editor_client.get(PREVIEW, query_string=asked)
    assert answer.status_code == 200
    assert f"/media/{ferry.key}/1200.png" in answer.text
    assert 'alt="A ferry" width="456" height="114"' in answer.text
    assert "border-radius:16px" in answer.text


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        ({"email_width": "900"}, "email_width", "from 520 to 720"),
        ({"corners": "round"}, "corners", "from 0 to 16"),
        ({"header_image": "a1b2"}, "header_alt", "alt text"),
        ({"header_image": "ffff", "header_alt": "A"}, "header_image", "not in the media library"),
        ({"header_dark": "ffff"}, "header_dark", "not in the media library"),
        ({"header_alt": "long " * 50}, "header_alt", "at most 200"),
        ({"header_width": "9"}, "header_width", "from 80 to 720"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    ferry: MediaFile,
    form: dict[str, str],
    typed: dict[str, str],
    name: str,
    said: str,
) -> None:
    answer = editor_client.post(PAGE, data=form | typed)
    assert answer.status_code == 400
    assert said in errors(answer)[name]
    again = values(answer, PAGE)
    assert {field: again[field].strip() for field in typed} == {k: v.strip() for k, v in typed.items()}
    session.refresh(publication)
    assert publication.theme_tokens == {}


def test_the_images_offered_are_those_of_the_library(
    editor_client: SignedIn, session: Session, publication: Publication, ferry: MediaFile
) -> None:
    publication.theme_tokens = {"header_image": "beef", "header_alt": "Gone"}
    session.commit()
    page = tree(editor_client.get(PAGE))
    offered = [option.text for option in page.xpath("//select[@name='header_image']/option")]
    assert offered == ["None", "ferry.png (1400 × 350)", "An image that is not in the library"]
    assert editor_client.get(PREVIEW, query_string=publication.theme_tokens).status_code == 200


@pytest.mark.parametrize(
    ("tokens", "name", "ratio", "low"),
    [
        ({}, "ink", "16.0", False),
        ({"ink": "#999999"}, "ink", "2.6", True),
        ({"dark_soft": "#444"}, "dark_soft", "1.6", True),
        ({"accent": "#ffee00"}, "accent", "1.1", True),
    ],
)
def test_the_contrast_stands_at_each_colour_of_words(
    editor_client: SignedIn,
    session: Session,
    publication: Publication,
    tokens: dict[str, str],
    name: str,
    ratio: str,
    low: bool,
) -> None:
    publication.theme_tokens = tokens
    session.commit()
    (line,) = tree(editor_client.get(PAGE)).xpath(f"//*[@data-contrast-of='{name}']")
    assert line.xpath(".//*[@data-contrast-ratio]")[0].text == ratio
    assert ("data-low" in line.attrib) is low

"""A publication's look: theme, tokens, preview and what is said about contrast."""

import pytest
from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.rendering.themes import THEMES
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors, tree, values, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/theme"
PREVIEW = f"{PAGE}/preview"
EVIL = "red; } body{display:none}"


@pytest.fixture
def form(editor_client: SignedIn, publication: Publication) -> dict[str, str]:
    return values(editor_client.get(PAGE), PAGE)


def test_offers_every_theme_and_token(editor_client: SignedIn, form: dict[str, str]) -> None:
    page = tree(editor_client.get(PAGE))
    assert page.xpath("//input[@name='theme']/@value") == THEMES.keys()
    assert form["theme"] == "gazette"
    assert {"accent", "dark_ground", "headline_font"} <= set(form)


def test_is_saved_and_worn_by_the_readers_pages(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    dressed = form | {"theme": "poster", "accent": "#103060", "headline_font": "Tahoma, Verdana, sans-serif"}
    answer = editor_client.post(PAGE, data=dressed)
    assert (answer.status_code, answer.location) == (303, PAGE)
    session.refresh(publication)
    assert publication.theme == "poster"
    assert publication.theme_tokens["accent"] == "#103060"
    assert "--accent: #103060" in editor_client.get("/style/morning.css").text
    assert values(editor_client.get(PAGE), PAGE)["accent"] == "#103060"


def test_what_every_issue_shows_is_a_choice(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    assert "reading_time" not in form
    assert (
        editor_client.post(PAGE, data=form | {"reading_time": "yes", "contents": "list"}).status_code == 303
    )
    session.refresh(publication)
    assert publication.theme_tokens == {"reading_time": "yes", "contents": "list"}
    chosen = values(editor_client.get(PAGE), PAGE)
    assert (chosen["reading_time"], chosen["contents"]) == ("yes", "list")
    preview = tree(editor_client.get(PREVIEW, query_string={"reading_time": "yes", "contents": "list"}))
    assert "min\N{NO-BREAK SPACE}read" in preview.text_content()
    assert "In this issue" in preview.text_content()
    assert "min\N{NO-BREAK SPACE}read" not in editor_client.get(PREVIEW).text
    del chosen["reading_time"]
    editor_client.post(PAGE, data=chosen | {"contents": ""})
    session.refresh(publication)
    assert publication.theme_tokens == {}


def test_a_token_that_is_no_colour_is_refused_at_its_field(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    answer = editor_client.post(PAGE, data=form | {"accent": EVIL, "paper": "#fffff0"})
    assert answer.status_code == 400
    assert "Enter a colour" in errors(answer)["accent"]
    assert values(answer, PAGE)["accent"] == EVIL
    assert values(answer, PAGE)["paper"] == "#fffff0"
    session.refresh(publication)
    assert publication.theme_tokens == {}


def test_an_unknown_theme_is_refused(editor_client: SignedIn, form: dict[str, str]) -> None:
    answer = editor_client.post(PAGE, data=form | {"theme": "neon"})
    assert answer.status_code == 400
    assert "no theme called" in words(answer)


@both_databases
def test_two_people_at_once(
    editor_client: SignedIn, admin_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    assert admin_client.post(PAGE, data=form | {"theme": "poster"}).status_code == 303
    answer = editor_client.post(PAGE, data=form | {"theme": "bulletin", "accent": "#103060"})
    assert answer.status_code == 409
    assert "Someone else changed the design" in words(answer)
    again = values(answer, PAGE)
    assert (again["theme"], again["accent"]) == ("bulletin", "#103060")
    assert editor_client.post(PAGE, data=again).status_code == 303


def test_settings_and_look_do_not_get_in_each_others_way(
    editor_client: SignedIn, admin_client: SignedIn, form: dict[str, str]
) -> None:
    settings = values(admin_client.get("/admin/p/morning/settings"), "/settings")
    assert editor_client.post(PAGE, data=form | {"theme": "poster"}).status_code == 303
    answer = admin_client.post("/admin/p/morning/settings", data=settings | {"name": "Noon"})
    assert answer.status_code == 303


def test_without_a_script_preview_is_a_button_that_saves_nothing(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    asked = form | {
        "theme": "bulletin",
        "accent": "#103060",
        "preview": "1",
        "scheme": "dark",
        "width": "phone",
    }
    answer = editor_client.post(PAGE, data=asked)
    assert answer.status_code == 200
    (url,) = tree(answer).xpath("//iframe/@src")
    assert "accent=%23103060" in url
    assert "theme=bulletin" in url
    assert "scheme=dark" in url
    assert "theme-editor-phone" in answer.text
    assert editor_client.get(url).status_code == 200
    session.refresh(publication)
    assert publication.theme_tokens == {}


class TestPreview:
    @pytest.mark.parametrize("theme", THEMES.keys())
    def test_wears_what_was_typed(
        self, editor_client: SignedIn, publication: Publication, theme: str
    ) -> None:
        answer = editor_client.get(PREVIEW, query_string={"theme": theme, "accent": "#123456"})
        assert answer.status_code == 200
        assert "#123456" in answer.text
        assert "The Morning" in answer.text
        assert "images.example.org" not in answer.text  # nothing is fetched from elsewhere
        assert "data:image/svg+xml" in answer.text

    def test_is_a_document_of_its_own(self, editor_client: SignedIn, publication: Publication) -> None:
        answer = editor_client.get(PREVIEW)
        assert answer.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_light_and_dark(self, editor_client: SignedIn, publication: Publication) -> None:
        light, dark = (editor_client.get(PREVIEW, query_string={"scheme": s}).text for s in ("light", "dark"))
        assert light != dark
        assert "(max-width:0px)" in light
        assert "(min-width:0px)" in dark

    @pytest.mark.parametrize("query", [{"accent": EVIL}, {"theme": "neon"}, {"headline_font": "a;b"}])
    def test_says_why_there_is_nothing(
        self, editor_client: SignedIn, publication: Publication, query: dict[str, str]
    ) -> None:
        answer = editor_client.get(PREVIEW, query_string=query)
        assert answer.status_code == 400
        assert "This cannot be shown" in answer.text
        assert EVIL not in answer.text
        assert answer.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY

    @both_databases
    def test_a_long_name_of_another_script_is_shown(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        publication.name, publication.language = "نشرة " * 24, "ar"
        publication.postal_address = ""
        session.commit()
        answer = editor_client.get(PREVIEW)
        assert answer.status_code == 200
        assert 'dir="rtl"' in answer.text


class TestRemarks:
    @pytest.mark.parametrize(
        ("tokens", "said"),
        [
            ({}, []),
            ({"accent": "#b00000"}, []),
            ({"ink": "#aaaaaa"}, ["Text (#aaaaaa)", "to 1; readers need 4.5 to 1", "instead"]),
            ({"dark_ink": "#333333"}, ["Text in dark mode"]),
            ({"accent": "#ffee00"}, ["The accent (#ffee00)", "text uses"]),
            ({"paper": "#999999", "tint": "#333333"}, ["cannot be made readable"]),
            ({"accent": EVIL}, []),
        ],
    )
    def test_say_it_in_words(
        self, editor_client: SignedIn, publication: Publication, tokens: dict[str, str], said: list[str]
    ) -> None:
        answer = editor_client.get(f"{PAGE}/remarks", query_string=tokens | {"theme": "gazette"})
        assert answer.status_code == 200
        for words_of_it in said:
            assert words_of_it in answer.text
        if not said:
            assert answer.text.strip() == ""

    def test_stand_on_the_page(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        publication.theme_tokens = {"ink": "#cccccc"}
        session.commit()
        assert "Text (#cccccc)" in words(editor_client.get(PAGE))

    def test_an_unknown_theme_has_none(self, editor_client: SignedIn, publication: Publication) -> None:
        assert editor_client.get(f"{PAGE}/remarks?theme=neon").status_code == 200

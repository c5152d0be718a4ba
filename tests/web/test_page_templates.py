"""The frames and macros of every page: nothing inline, everything escaped, words tied to their controls."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import Babel
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from newsletter.web.assets_manifest import asset_url

TEMPLATES = Path(__file__).parents[2] / "templates"
FORMS = '{% from "_macros/forms.html" import field, check, choices, form_field, honeypot, submit %}'
Element = tuple[str, dict[str, str | None]]


class Elements(HTMLParser):
    """Every start tag of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        (found,) = [
            attributes
            for name, attributes in self.found
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]
        return found

    def has(self, tag: str, **wanted: str) -> bool:
        return any(
            name == tag and all(attributes.get(key) == value for key, value in wanted.items())
            for name, attributes in self.found
        )


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config.update(WTF_CSRF_ENABLED=False, SECRET_KEY="a key of the tests")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset_url"] = asset_url
    Babel(app)

    @app.context_processor
    def for_every_page() -> dict[str, str]:
        return {"lang": "en", "dir": "ltr", "organisation": "Quiet Seas"}

    return app


def page(app: Flask, template: str, **context: Any) -> str:
    with app.test_request_context("/"):
        return render_template(template, **context)


def snippet(app: Flask, source: str, **context: Any) -> Elements:
    with app.test_request_context("/"):
        return Elements(render_template_string(FORMS + source, **context))


# Shown in a frame under a policy of its own, beside previews of the email.
FRAMED = TEMPLATES / "admin" / "_preview.html"
PAGES = [
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] != "email" and path != FRAMED
]
DATA = ("application/ld+json", "application/json")  # not run by any browser


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_of_a_page_has_anything_inline(path: Path) -> None:
    source = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", source)
    scripts = re.findall(r"<script\b[^>]*>", source)
    assert [tag for tag in scripts if " src=" not in tag and not any(kind in tag for kind in DATA)] == []


class TestPublicPages:
    @pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 418, 429, 500, 502, 503])
    def test_an_error_says_what_and_what_to_do(self, app: Flask, status: int) -> None:
        text = page(app, "public/error.html", status=status, sentence="")
        assert f"Error {status}" in text
        assert 'class="lead"' in text
        assert 'class="more"' in text
        assert Elements(text).has("meta", name="robots", content="noindex, nofollow")

    def test_an_error_prefers_our_own_sentence(self, app: Flask) -> None:
        text = page(app, "public/error.html", status=429, sentence="Ten messages an hour.", retry_after=30)
        assert "Ten messages an hour." in text
        assert "Try again in 30 seconds." in text

    def test_a_message_links_or_acts(self, app: Flask) -> None:
        step = {"heading": "Done", "action_label": "Undo", "action_url": "/u/t"}
        assert Elements(page(app, "public/message.html", **step)).one("a", href="/u/t")
        acting = Elements(page(app, "public/message.html", **step, action_method="post"))
        assert acting.one("form", action="/u/t")["method"] == "post"
        assert acting.one("button")["type"] == "submit"

    def test_a_publication_brings_its_name_style_and_logo(self, app: Flask) -> None:
        text = page(
            app,
            "public/message.html",
            heading="Hello",
            publication={"name": "Coalition Weekly", "slug": "weekly"},
            publication_style_url="/style/weekly.css",
            publication_fonts=True,
            publication_logo_url="/media/logo.png",
            home_url="/archive/weekly/",
        )
        elements = Elements(text)
        styles = [a["href"] for tag, a in elements.found if tag == "link" and a["rel"] == "stylesheet"]
        assert styles == [asset_url("public.css"), "/style/weekly.css"]
        assert not elements.has("link", rel="preload")
        assert elements.one("img", src="/media/logo.png")["alt"] == ""
        assert elements.one("a", href="/archive/weekly/")
        assert re.search(r"<title>\s*Hello\s*· Coalition Weekly", text)

    def test_without_a_publication_the_organisation_stands_there(self, app: Flask) -> None:
        text = page(app, "public/message.html", heading="Hello", footer_links=[("Privacy", "/privacy")])
        assert "<span>Quiet Seas</span>" in text
        assert Elements(text).one("link", rel="preload")["as"] == "font"
        assert Elements(text).one("a", href="/privacy")

    def test_what_people_typed_is_escaped(self, app: Flask) -> None:
        evil = '"><script>alert(1)</script>'
        text = page(
            app, "public/message.html", heading=evil, sentence=evil, action_label=evil, action_url=evil
        )
        assert "<script>alert" not in text
        assert len([tag for tag, _ in Elements(text).found if tag == "script"]) == 1


class TestFields:
    def test_hint_and_error_are_tied_to_the_control(self, app: Flask) -> None:
        elements = snippet(app, '{{ field("email", "Email", "email", hint="Yours", error="Not whole") }}')
        control = elements.one("input")
        assert control["aria-describedby"] == "field-email-hint field-email-error"
        assert control["aria-invalid"] == "true"
        assert "required" in control
        assert elements.one("label")["for"] == control["id"] == "field-email"
        assert elements.one("span", id="field-email-error")

    def test_a_plain_field_claims_nothing(self, app: Flask) -> None:
        control = snippet(app, '{{ field("name", "Name", required=false) }}').one("input")
        assert not {"aria-describedby", "aria-invalid", "required"} & set(control)

    @pytest.mark.parametrize("kind", ["text", "textarea", "select"])
    def test_each_kind_carries_its_ties_and_attributes(self, app: Flask, kind: str) -> None:
        source = '{{ field("a", "A", kind, "2", error="No", options=[(2, "two")], attrs={"lang": "it"}) }}'
        tag = {"text": "input"}.get(kind, kind)
        control = snippet(app, source, kind=kind).one(tag)
        assert control["aria-describedby"] == "field-a-error"
        assert control["lang"] == "it"

    def test_a_select_keeps_what_was_chosen(self, app: Flask) -> None:
        found = snippet(app, '{{ field("a", "A", "select", 2, options=[(1, "one"), (2, "two")]) }}')
        assert found.has("option", value="2", selected="")
        assert not found.has("option", value="1", selected="")

    def test_text_keeps_its_first_line_break(self, app: Flask) -> None:
        with app.test_request_context("/"):
            text = render_template_string(FORMS + '{{ field("a", "A", "textarea", "\n\nx") }}')
        assert ">\n\n\nx</textarea>" in text  # the first one belongs to the tag (HTML, 13.2.6.4.7)

    def test_boxes_belong_to_their_legend(self, app: Flask) -> None:
        source = (
            '{% call choices("t", "Topics", error="Pick one") %}{{ check("t", "Sea", "sea") }}{% endcall %}'
        )
        found = snippet(app, source)
        assert found.one("fieldset")["aria-describedby"] == "choices-t-error"
        assert found.one("input")["id"] == found.one("label")["for"] == "field-t-sea"

    def test_the_trap_is_hidden_from_people_but_not_by_display(self, app: Flask) -> None:
        elements = snippet(app, "{{ honeypot() }}")
        assert elements.one("div")["aria-hidden"] == "true"
        assert elements.one("input")["tabindex"] == "-1"
        assert elements.one("input")["autocomplete"] == "off"
        assert not elements.has("input", type="hidden")


class SignUp(FlaskForm):
    email = EmailField("Email", [InputRequired("Say where to write.")], description="Yours alone")
    secret = PasswordField("Password")
    often = RadioField("How often", choices={"every": "every", "month": "Monthly"}, default="month")
    zone = SelectField("In this time zone", choices={"rome": "rome", "quito": "Quito"}, default="quito")
    note = TextAreaField("Note", default="Hello")
    consent = BooleanField("I agree", [InputRequired("Tick this.")])


def test_a_form_of_the_server_is_drawn_with_its_errors(app: Flask) -> None:
    with app.test_request_context(
        "/", method="POST", data={"often": "month", "zone": "quito", "secret": "s", "note": "N"}
    ):
        form = SignUp()
        assert not form.validate_on_submit()
        text = render_template_string(FORMS + "{% for f in form %}{{ form_field(f) }}{% endfor %}", form=form)
    elements = Elements(text)
    assert elements.one("input", type="email")["aria-describedby"] == "email-hint email-error"
    assert "Say where to write." in text
    assert elements.one("input", type="password")["value"] == ""
    assert elements.has("input", type="radio", value="month", checked="")
    assert elements.one("input", type="checkbox")["aria-invalid"] == "true"
    assert elements.one("textarea")["id"] == "note"
    assert elements.one("select")["name"] == "zone"
    assert elements.has("option", value="quito", selected="")


def test_the_style_guide_shows_every_part(app: Flask) -> None:
    text = page(app, "dev/styleguide.html")
    identifiers = [attributes["id"] for _, attributes in Elements(text).found if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    for part in (
        "button-primary",
        "notice-error",
        "field-error",
        "pagination",
        "facts",
        "empty",
        "tabs",
        "prose",
    ):
        assert part in text

"""The page of a publication's template: trying, saving, problems with their line, conflicts, versions."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.publications.branding import BRANDING_FIELDS, set_branding
from newsletter.publications.edit import state_of
from newsletter.publications.models import Publication, TemplateDraft, TemplateVersion
from newsletter.rendering.custom_template.starter import starter
from tests.databases import both_databases
from tests.factories import make_issue, make_publication
from tests.publications.templates import keep_template
from tests.rendering.custom_template.samples import SMALLEST
from tests.web.admin.publications.conftest import errors, tree, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/template"
PREVIEW = f"{PAGE}/preview"
TRY = {"try": "1"}


@pytest.fixture
def form(admin_client: SignedIn, publication: Publication) -> dict[str, str]:
    return typed(admin_client.get(PAGE))


@pytest.fixture
def saved(session: Session, publication: Publication) -> TemplateVersion:
    version = keep_template(session, publication, SMALLEST, "gazette")
    session.commit()
    return version


def typed(answer: TestResponse) -> dict[str, str]:
    """What the form holds in which the template stands."""
    (form,) = [each for each in tree(answer).forms if "text" in each.fields]
    return {name: value or "" for name, value in form.form_values() if name != "csrf_token"}


def versions(session: Session) -> list[tuple[str, str, str]]:
    session.expire_all()
    rows = session.scalars(select(TemplateVersion).order_by(TemplateVersion.number))
    return [(each.text, each.theme, each.note) for each in rows]


@both_databases
def test_is_tried_and_then_saved(
    admin_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    assert form["text"].strip() == starter("gazette").strip()
    filled = form | {"text": SMALLEST.replace("\n", "\r\n"), "note": "The smallest"}
    tried = admin_client.post(PAGE, data=filled | TRY)
    assert "No problems found. It can be saved." in words(tried)
    assert versions(session) == []
    assert "issuetitle" not in admin_client.get(PREVIEW).text
    # Nothing typed is lost: the next visit begins with it.
    assert typed(admin_client.get(PAGE))["text"].strip() == SMALLEST.strip()
    assert admin_client.post(PAGE, data=filled).status_code == 303
    assert versions(session) == [(SMALLEST, "gazette", "The smallest")]
    assert session.scalars(select(TemplateDraft)).all() == []
    session.refresh(publication)
    assert publication.template == 1
    assert "Emails use version 1 of this template" in words(admin_client.get(PAGE))


def test_what_is_found_is_told(admin_client: SignedIn, session: Session, form: dict[str, str]) -> None:
    filled = form | TRY | {"text": SMALLEST.replace("<body>", '<body><p style="display: grid">x</p>')}
    assert tree(admin_client.post(PAGE, data=filled)).xpath("//ul[@class='template-findings']/li")


def test_a_mistake_is_told_with_its_line_and_nothing_typed_is_lost(
    admin_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    text = "<body>\n<p>one</p>\n{{ nobody }}\n<p>four</p>"
    for pressed in ({}, TRY):
        answer = admin_client.post(PAGE, data=form | {"text": text} | pressed)
        assert answer.status_code == 400
        assert "Line 3: 'nobody' is undefined." in words(answer)
        assert tree(answer).xpath("//pre//mark/text()") == ["3  {{ nobody }}"]
        assert errors(answer)["text"] == "Fix the problem above."
        assert typed(answer)["text"].strip() == text
    assert versions(session) == []
    assert "Line 3: 'nobody' is undefined." in words(admin_client.get(PREVIEW))
    assert admin_client.post(f"{PAGE}/discard").status_code == 303
    assert "nobody" not in admin_client.get(PREVIEW).text


def test_of_two_editors_the_second_is_told(
    admin_client: SignedIn, session: Session, form: dict[str, str], saved: TemplateVersion
) -> None:
    mine = SMALLEST.replace("Unsubscribe", "Leave")
    answer = admin_client.post(PAGE, data=form | {"text": mine})
    assert answer.status_code == 409
    assert "Someone else saved the template in the meantime." in answer.text
    assert '- <a href="{{ unsubscribe_url }}">Leave</a>' in tree(answer).xpath("//pre//del/text()")
    assert typed(answer)["text"].strip() == mine.strip()
    assert [text for text, _, _ in versions(session)] == [SMALLEST]
    assert admin_client.post(PAGE, data=form | {"text": mine, "version": "1"}).status_code == 303
    assert [text for text, _, _ in versions(session)] == [SMALLEST, mine]


def test_a_version_is_shown_and_restored_and_the_theme_used_again(
    admin_client: SignedIn, session: Session, publication: Publication, saved: TemplateVersion
) -> None:
    keep_template(session, publication, starter("poster"), "poster")
    session.commit()
    assert (publication.theme, publication.template) == ("poster", 2)
    assert tree(admin_client.get(f"{PAGE}/1")).xpath("//pre//ins")
    assert admin_client.post(f"{PAGE}/1/restore").status_code == 303
    session.expire_all()
    assert (publication.theme, publication.template) == ("gazette", 3)
    assert "Restores version 1" in admin_client.get(PAGE).text
    assert admin_client.post(f"{PAGE}/remove").status_code == 303
    session.expire_all()
    assert publication.template is None
    assert "Emails use the template of the theme Gazette." in words(admin_client.get(PAGE))
    assert admin_client.post(f"{PAGE}/3/restore").status_code == 303
    session.expire_all()
    assert (publication.template, len(versions(session))) == (3, 3)
    assert admin_client.get(f"{PAGE}/9").status_code == 404
    assert admin_client.post(f"{PAGE}/9/restore").status_code == 404


def test_what_can_no_longer_be_used_is_not_restored(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    broken = TemplateVersion(
        publication_id=publication.id, number=1, theme="gazette", text="{{ nobody }}", author="a"
    )
    session.add(broken)
    session.commit()
    assert admin_client.post(f"{PAGE}/1/restore").location == f"{PAGE}/1"
    assert "Line 1: 'nobody' is undefined." in words(admin_client.get(f"{PAGE}/1"))


def test_another_theme_puts_the_template_aside_and_colours_do_not(
    admin_client: SignedIn, session: Session, publication: Publication, saved: TemplateVersion
) -> None:
    for theme, tokens, in_use in (("gazette", {"accent": "#112233"}, 1), ("poster", {}, None)):
        shown = admin_client.get(f"/admin/p/morning/theme/preview?theme={theme}").text
        assert ("issuetitle" in shown) is (theme == "poster")
        state = state_of(publication, BRANDING_FIELDS)
        set_branding(session, publication.id, theme=theme, tokens=tokens, state=state, actor="ana")
        session.commit()
        assert publication.template == in_use


def test_it_is_tried_with_an_issue_of_its_publication_only(
    admin_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    mine = make_issue(session, publication)
    other = make_issue(session, make_publication(session, slug="other"))
    session.commit()
    filled = form | TRY | {"text": SMALLEST}
    assert "It can be saved." in words(admin_client.post(PAGE, data=filled | {"issue": str(mine.id)}))
    assert "Three stories and a picture of a mill." in admin_client.get(f"{PREVIEW}?issue={mine.id}").text
    assert admin_client.post(PAGE, data=filled | {"issue": str(other.id)}).status_code == 404
    assert admin_client.get(f"{PREVIEW}?issue={other.id}").status_code == 404


def test_a_theme_is_copied_to_begin_with(admin_client: SignedIn, saved: TemplateVersion) -> None:
    copied = typed(admin_client.get(f"{PAGE}?copy=bulletin"))
    assert (copied["text"].strip(), copied["theme"]) == (starter("bulletin").strip(), "bulletin")
    assert copied["version"] == "1"
    assert admin_client.get(f"{PREVIEW}?copy=bulletin").status_code == 200
    assert typed(admin_client.get(f"{PAGE}?copy=nope"))["theme"] == "gazette"

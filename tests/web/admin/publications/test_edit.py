"""A publication's settings."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.mailings.models import MailingState
from newsletter.publications.models import Publication, TrackingMode
from newsletter.sending.schedule import schedule
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.topics.create import create_topic
from tests.databases import both_databases
from tests.factories import make_issue, make_subscription
from tests.web.admin.publications.conftest import errors, values, words
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/settings"


@pytest.fixture
def form(editor_client: SignedIn, publication: Publication) -> dict[str, str]:
    return values(editor_client.get(PAGE), PAGE)


def test_shows_what_there_is(form: dict[str, str]) -> None:
    assert form["name"] == "The Morning"
    assert form["sender_name"] == ""  # the publication's own
    assert form["timezone"] == "Europe/Rome"


@both_databases
def test_is_saved(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    answer = editor_client.post(PAGE, data=form | {"name": "The Noon", "language": "it"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    session.refresh(publication)
    assert (publication.name, publication.sender_name, publication.language) == ("The Noon", "The Noon", "it")
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("publication.edited") == 1
    assert "are saved" in words(editor_client.get(PAGE))


def test_links_go_through_the_redirect_where_it_is_ticked(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    assert "redirect_links" not in form
    for typed, ticked in ((form | {"redirect_links": "y"}, True), (form, False)):
        state = values(editor_client.get(PAGE), PAGE)["state"]
        assert editor_client.post(PAGE, data=typed | {"state": state}).status_code == 303
        session.refresh(publication)
        assert publication.redirect_links is ticked
        session.rollback()


def test_tracking_is_chosen_and_its_list_is_checked(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    assert form["tracking"] == "off"
    wanted = {"tracking": "individual", "utm_parameters": "y", "untracked_links": " bank.example \n\n"}
    assert editor_client.post(PAGE, data=form | wanted).status_code == 303
    session.refresh(publication)
    assert publication.tracking is TrackingMode.INDIVIDUAL
    assert (publication.utm_parameters, publication.untracked_links) == (True, "bank.example")
    session.rollback()
    for bad in ({"tracking": "everybody"}, {"untracked_links": "no host at all"}):
        assert editor_client.post(PAGE, data=form | wanted | bad).status_code == 400


@both_databases
def test_pressed_twice_is_saved_once(editor_client: SignedIn, session: Session, form: dict[str, str]) -> None:
    for _ in range(2):
        assert editor_client.post(PAGE, data=form | {"name": "The Noon"}).status_code == 303
    assert session.scalars(select(AuditEntry.action)).all().count("publication.edited") == 1


@both_databases
def test_two_people_at_once(
    editor_client: SignedIn,
    admin_client: SignedIn,
    session: Session,
    publication: Publication,
    form: dict[str, str],
) -> None:
    assert admin_client.post(PAGE, data=form | {"description": "Every day"}).status_code == 303
    answer = editor_client.post(PAGE, data=form | {"name": "The Noon"})
    assert answer.status_code == 409
    said = words(answer)
    assert "Someone else saved this publication" in said
    assert "Every day" in said
    session.refresh(publication)
    assert publication.name == "The Morning"
    # What was typed is still there, and saving again is knowing.
    again = values(answer, PAGE)
    assert again["name"] == "The Noon"
    assert editor_client.post(PAGE, data=again).status_code == 303
    session.refresh(publication)
    assert (publication.name, publication.description) == ("The Noon", "")


@both_databases
def test_a_slug_changes_while_nothing_was_sent(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    answer = editor_client.post(PAGE, data=form | {"slug": "noon"})
    assert answer.location == "/admin/p/noon/settings"
    assert editor_client.get(answer.location).status_code == 200
    assert editor_client.get(PAGE).status_code == 404


@both_databases
@pytest.mark.parametrize("how", ["sent", "published", "scheduled"])
def test_a_slug_that_is_out_in_the_world_stays(
    editor_client: SignedIn, session: Session, publication: Publication, links: Links, how: str
) -> None:
    form = values(editor_client.get(PAGE), PAGE)
    issue = make_issue(session, publication)
    make_subscription(session, publication, "reader@readers.example")
    if how == "published":
        issue.published_at = clock.now()
    else:
        mailing = schedule(session, issue, None, links, actor="test")
        if how == "sent":
            mailing.state, mailing.started_at = MailingState.SENDING, clock.now()
    session.commit()
    answer = editor_client.post(PAGE, data=form | {"slug": "noon"})
    if how == "scheduled":
        assert answer.status_code == 303
        return
    assert answer.status_code == 400
    assert "cannot be changed" in errors(answer)["slug"]
    assert "readonly" in editor_client.get(PAGE).text
    session.refresh(publication)
    assert publication.slug == "morning"


@both_databases
def test_a_slug_that_another_has(
    editor_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    session.add(Publication(slug="noon", name="Noon", sender_email="a@b.example"))
    session.commit()
    answer = editor_client.post(PAGE, data=form | {"slug": "noon", "name": "Kept"})
    assert answer.status_code == 409
    assert "already" in errors(answer)["slug"]
    assert values(answer, PAGE)["name"] == "Kept"


def test_bad_fields_keep_what_was_typed(editor_client: SignedIn, form: dict[str, str]) -> None:
    answer = editor_client.post(PAGE, data=form | {"sender_email": "no body", "name": "Kept"})
    assert answer.status_code == 400
    assert set(errors(answer)) == {"sender_email"}
    assert values(answer, PAGE)["name"] == "Kept"


def test_an_unknown_one_is_missing(editor_client: SignedIn) -> None:
    for page in ("settings", "theme", "sign-up-form", "theme/preview"):
        assert editor_client.get(f"/admin/p/nothing/{page}").status_code == 404


@both_databases
def test_the_sign_up_form_says_where_it_posts_to_in_the_publications_language(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    publication.language = "de-AT"
    session.commit()
    page = editor_client.get("/admin/p/morning/sign-up-form")
    said = words(page)
    assert "http://localhost/subscribe/morning?lang=de" in said
    assert "The Morning abonnieren" in said
    assert 'name="website"' in said  # the field for programs, in the snippet
    assert '<iframe src="http://localhost/subscribe/morning?embed=1"' in said
    # What stands in the snippet is what the form takes.
    data = {"email": "ana@reader.example", "name": "Ana", "website": ""}
    answer = editor_client.post("/subscribe/morning?lang=de", data=data, csrf=False)
    assert answer.status_code == 200
    assert "ana@reader.example" in answer.text


@both_databases
def test_what_the_sign_up_form_asks_for_is_ticked(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    page, readers = "/admin/p/morning/sign-up-form", "/subscribe/morning"
    create_topic(session, publication, "Sport", actor="test")
    create_attribute(session, publication, "city", label="Home city", by_readers=True, actor="test")
    session.commit()
    shown = editor_client.get(readers).text
    assert ["Sport" in shown, "Home city" in shown, "Deutsch" in shown] == [True, False, False]
    sent = {"attribute": "city", "language": "y", "sites": "https://www.example.org/"}
    assert editor_client.post(page, data=sent).status_code == 303
    shown = editor_client.get(readers).text
    assert ["Sport" in shown, "Home city" in shown, "Deutsch" in shown] == [False, True, True]
    assert values(editor_client.get(page), page)["sites"].strip() == "https://www.example.org"
    refused = editor_client.post(page, data=sent | {"sites": "example.org", "topic": "sport"})
    assert refused.status_code == 400
    assert values(refused, page)["sites"].strip() == "example.org"
    assert "is not a site" in refused.text
    assert "Sport" not in editor_client.get(readers).text

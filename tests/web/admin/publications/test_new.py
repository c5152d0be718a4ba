"""The list of publications, and making one."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.factories import make_readers
from tests.web.admin.publications.conftest import FORM, errors, tree, values, words
from tests.web.signed_in import SignedIn

NEW = "/admin/publications/new"


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Publication)) or 0


class TestList:
    def test_says_what_to_do_when_there_is_none(self, editor_client: SignedIn) -> None:
        page = editor_client.get("/admin/publications")
        assert "No publications yet" in words(page)
        assert NEW in page.text

    def test_shows_each_with_its_readers(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        make_readers(session, publication, 3)
        session.commit()
        page = editor_client.get("/admin/publications")
        assert "The Morning" in words(page)
        assert "/admin/p/morning/settings" in page.text
        (readers,) = tree(page).xpath("//td[contains(@class, 'number')]")
        assert readers.text_content().strip() == "3"

    @both_databases
    def test_warns_of_a_missing_postal_address(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        publication.postal_address = ""
        session.commit()
        assert "No postal address" in words(editor_client.get("/admin/publications"))


class TestNew:
    def test_is_made_once_and_written_down(self, editor_client: SignedIn, session: Session) -> None:
        answer = editor_client.post(NEW, data=FORM)
        assert (answer.status_code, answer.location) == (303, "/admin/p/evening/settings")
        made = find_publication(session, "evening")
        assert (made.name, made.sender_name, made.timezone) == ("The Evening", "The Evening", "Europe/Dublin")
        assert made.postal_address == "1 Quay Street\nGalway"
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "publication.created")).one()
        assert entry.actor == "eddi@press.example"

    def test_pressed_twice(self, editor_client: SignedIn, session: Session) -> None:
        for _ in range(2):
            answer = editor_client.post(NEW, data=FORM)
            assert (answer.status_code, answer.location) == (303, "/admin/p/evening/settings")
        assert "already exists" in words(editor_client.get(answer.location))
        assert count(session) == 1

    @both_databases
    def test_a_slug_that_another_has(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        answer = editor_client.post(NEW, data=FORM | {"slug": "morning"})
        assert answer.status_code == 409
        assert "already a publication" in errors(answer)["slug"]
        assert values(answer, NEW)["name"] == "The Evening"
        assert count(session) == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 121),
            ("name", "a\nBcc: x@y.example"),
            ("slug", "The Evening!"),
            ("slug", "x" * 64),
            ("slug", ""),
            ("sender_email", "nobody"),
            ("sender_email", "a@b@c.example"),
            ("sender_email", "a b@c.example"),
            ("sender_email", "x" * 300 + "@c.example"),
            ("sender_name", "x\0"),
            ("reply_to", "@example.org"),
            ("postal_address", "x" * 501),
            ("postal_address", "x\0y"),
            ("description", "x" * 1001),
            ("language", "klingonisch"),
            ("timezone", "Europe/Atlantis"),
        ],
    )
    def test_what_cannot_be_used_is_told_at_its_field(
        self, editor_client: SignedIn, session: Session, field: str, value: str
    ) -> None:
        answer = editor_client.post(NEW, data=FORM | {field: value})
        assert answer.status_code == 400
        assert set(errors(answer)) == {field}
        assert values(answer, NEW)["sender_email"] == (FORM | {field: value})["sender_email"]
        assert count(session) == 0

    def test_everything_wrong_is_told_at_once(self, editor_client: SignedIn) -> None:
        answer = editor_client.post(NEW, data=FORM | {"slug": "A", "reply_to": "b", "timezone": "c"})
        assert set(errors(answer)) == {"slug", "reply_to", "timezone"}

    def test_names_of_every_script(self, editor_client: SignedIn, session: Session) -> None:
        editor_client.post(NEW, data=FORM | {"name": "نشرة الصباح", "language": "ar"})
        assert find_publication(session, "evening").name == "نشرة الصباح"
        page = editor_client.get("/admin/p/evening/settings")
        assert '<span dir="auto">نشرة الصباح</span>' in page.text
        assert 'dir="rtl"' in editor_client.get("/subscribe/evening").text

    def test_without_a_postal_address_one_is_told_what_that_means(self, editor_client: SignedIn) -> None:
        answer = editor_client.post(NEW, data=FORM | {"postal_address": " \r\n"}, follow_redirects=True)
        assert "No issue can be sent without a postal address" in words(answer)

    def test_zones_and_languages_are_offered(self, editor_client: SignedIn) -> None:
        page = editor_client.get(NEW).text
        assert '<option value="Europe/Dublin">' in page
        assert '<option value="pt-BR">' in page
        assert '<option value="de">German</option>' in page

"""Adding one person: asked to confirm, or vouched for; never against their will."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, actions, afresh, press, read, refused
from tests.web.signed_in import SignedIn

NEW = f"{LIST}/new"


def theirs(session: Session, email: str) -> Subscription:
    afresh(session)
    return session.scalars(
        select(Subscription).join(Subscriber).where(Subscriber.email_key == parse_address(email).key)
    ).one()


def messages(session: Session) -> list[str]:
    afresh(session)
    return list(session.scalars(select(SystemMessage.recipient)))


class TestAsk:
    @both_databases
    def test_sends_a_confirmation_and_leads_to_their_page(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        assert 'action="' not in read(editor_client, NEW).partition("<main")[2].partition("</form>")[0]
        page = press(editor_client, NEW, email=" Fay@Readers.example ", name="Fay  Oh", way="ask")
        assert "We have emailed them" in page
        assert "Fay@readers.example" in page
        subscription = theirs(session, "fay@readers.example")
        assert (subscription.state, subscription.subscriber.name) == (State.PENDING, "Fay Oh")
        record = session.scalars(select(ConsentRecord)).one()
        assert (record.kind, record.source, record.actor) == (
            ConsentKind.REQUESTED,
            "editor",
            "eddi@press.example",
        )
        assert messages(session) == ["Fay@readers.example"]
        assert actions(session, "subscription") == [("eddi@press.example", "subscription.asked")]

    def test_pressed_twice_sends_one_message(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        press(editor_client, NEW, email="fay@readers.example", way="ask")
        again = press(editor_client, NEW, email="FAY@readers.example", way="ask")
        assert "asked to confirm recently" in again
        assert messages(session) == ["fay@readers.example"]

    def test_brings_back_who_left_only_by_their_own_hand(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        press(editor_client, NEW, email="dee@readers.example", way="ask")
        assert theirs(session, "dee@readers.example").state is State.PENDING
        assert messages(session) == ["dee@readers.example"]

    @pytest.mark.parametrize("way", ["ask", "vouch"])
    @pytest.mark.parametrize("who", ["ana", "cy"])
    def test_leads_to_whoever_is_there_already(
        self, editor_client: SignedIn, session: Session, people: People, way: str, who: str
    ) -> None:
        before = people[who].state
        page = press(editor_client, NEW, email=f"{who}@readers.example", way=way, note="At the fair.")
        assert "nothing was changed" in page
        assert theirs(session, f"{who}@readers.example").state is before
        assert messages(session) == []


class TestVouch:
    def test_is_active_at_once_with_the_words_that_were_said(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        page = press(
            editor_client, NEW, email="gus@readers.example", way="vouch", note="On the phone,\nthis morning."
        )
        for words in ("now subscribed", "On the phone,", "Added by an editor", "by eddi@press.example"):
            assert words in page
        subscription = theirs(session, "gus@readers.example")
        assert subscription.state is State.ACTIVE
        assert subscription.confirmed_at is not None
        record = session.scalars(select(ConsentRecord)).one()
        assert (record.kind, record.text) == (ConsentKind.VOUCHED, "On the phone,\nthis morning.")
        assert messages(session) == []
        assert actions(session, "subscription") == [("eddi@press.example", "subscription.added")]

    def test_spares_who_waits_the_message(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        press(editor_client, NEW, email="bo@readers.example", way="vouch", note="At the fair.")
        assert theirs(session, "bo@readers.example").state is State.ACTIVE

    @both_databases
    def test_needs_words_and_keeps_what_was_typed(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        page = refused(editor_client, NEW, email="gus@readers.example", name="Gus Ó", way="vouch", note=" \n")
        assert "Enter how and when they agreed" in page
        assert 'value="gus@readers.example"' in page
        assert 'value="Gus Ó"' in page
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0

    def test_does_not_bring_back_who_left(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        page = refused(
            editor_client, NEW, 409, email="dee@readers.example", way="vouch", note="She told me <so>."
        )
        assert "only they can come back" in page
        assert "She told me &lt;so&gt;." in page
        assert theirs(session, "dee@readers.example").state is State.ENDED


class TestRefusal:
    @pytest.mark.parametrize("way", ["ask", "vouch", "nonsense"])
    def test_of_a_suppressed_address_says_why(
        self, editor_client: SignedIn, session: Session, publication: Publication, way: str
    ) -> None:
        hashed = parse_address("no@readers.example").hash
        suppress(session, hashed, SuppressionReason.COMPLAINT, actor="test")
        session.commit()
        page = refused(editor_client, NEW, email="NO@readers.example", name="Nora", way=way, note="Yes.")
        assert "reported a message as spam" in page
        assert 'value="Nora"' in page
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0

    @pytest.mark.parametrize(
        "email", ["", "nobody", "a@b@c", "a b@readers.example", "a\r\nBcc: x@y.example", "a\0@x.example", XSS]
    )
    def test_of_what_is_no_address(
        self, editor_client: SignedIn, session: Session, publication: Publication, email: str
    ) -> None:
        page = refused(editor_client, NEW, email=email, name="Hal", way="ask")
        assert 'id="field-email-error"' in page
        assert page.count('aria-invalid="true"') == 1
        assert 'value="Hal"' in page
        assert XSS not in page

    def test_of_a_name_that_is_too_long(self, editor_client: SignedIn, publication: Publication) -> None:
        page = refused(editor_client, NEW, email="ida@readers.example", name="x" * 121, way="ask")
        assert "at most 120 characters" in page
        assert "x" * 121 in page

    def test_of_five_megabytes(
        self, editor_client: SignedIn, session: Session, publication: Publication
    ) -> None:
        page = refused(editor_client, NEW, 413, email="ida@readers.example", name="x" * 5_000_000)
        assert "What you typed is too long" in page
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0

    @pytest.mark.parametrize("name", ["محمد بن علي", "🌊🌊", "Zoë", XSS, "O'Neil; --"])
    def test_of_no_name_that_people_have(
        self, editor_client: SignedIn, session: Session, publication: Publication, name: str
    ) -> None:
        page = press(editor_client, NEW, email="jo@readers.example", name=name, way="ask")
        assert XSS not in page
        assert theirs(session, "jo@readers.example").subscriber.name == name

    def test_of_a_name_that_turns_the_text_around(
        self, editor_client: SignedIn, publication: Publication
    ) -> None:
        assert "U+202E" in refused(
            editor_client, NEW, email="jo@readers.example", name="Zoë\u202e", way="ask"
        )

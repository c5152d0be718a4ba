"""One person's page, and what an editor can do to them."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.models import User
from newsletter.core.addresses import parse_address
from newsletter.mailings.models import Outcome
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.models import (
    EndReason,
    State,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.suppress import suppress
from tests.databases import both_databases
from tests.factories import make_issue, make_publication, make_subscription
from tests.web.admin.mailings.ledger import settle
from tests.web.admin.subscribers.conftest import People
from tests.web.admin.subscribers.requests import LIST, XSS, actions, afresh, page_of, press, read, refused
from tests.web.signed_in import SignedIn, signed_in_client


def state_of(session: Session, one: Subscription) -> State:
    afresh(session)
    return session.get_one(Subscription, one.id).state


def suppression_of(session: Session, email: str) -> Suppression | None:
    afresh(session)
    hashed = parse_address(email).hash
    return session.scalar(select(Suppression).where(Suppression.address_hash == hashed))


@pytest.fixture
def refused_mailing(session: Session, runtime: Runtime, publication: Publication, people: People) -> int:
    """A mailing of which Ana's copy was refused."""
    mailing = schedule(session, make_issue(session, publication), None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    settle(session, mailing.id, 1, Outcome.REJECTED, "no_such_user", 550, "5.1.1")
    return mailing.id


class TestPage:
    @both_databases
    def test_tells_everything(
        self, editor_client: SignedIn, session: Session, people: People, refused_mailing: int
    ) -> None:
        afresh(session)
        home = session.get_one(Subscription, people["ana"].id)
        create_attribute(session, home.publication, "city", label="Home city", actor="test")
        home.subscriber.attributes = {"city": "Galway"}
        session.commit()
        press(editor_client, f"{page_of(people['ana'])}/name", name="Ana María")
        page = read(editor_client, page_of(people["ana"]))
        for words in (
            *(
                "ana@readers.example",
                "Ana María",
                "Home city",
                "Galway",
                "The Morning",
                "Europe/Rome",
                "Issue one",
            ),
            *("Rejected", "no such mailbox", "550 5.1.1", "Changed the name", "eddi@press.example"),
            f"/admin/mailings/{refused_mailing}",
        ):
            assert words in page
        assert page.count("Europe/Rome") == 1  # said once, not after each time
        assert f'href="{LIST}" aria-current="page"' in page
        first = f"{page_of(people['ana'])}?before=2000-01-01T00:00:00%2B00:00~0~1"
        assert "Nothing older" in read(editor_client, first)

    def test_offers_what_can_be_done_next(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        one = people["ana"]
        subscription = f"{page_of(one)}/subscriptions/{one.id}"
        page = read(editor_client, page_of(one))
        assert f'href="{subscription}/end"' in page
        assert f'action="{subscription}/ask"' not in page
        press(editor_client, f"{subscription}/end")
        page = read(editor_client, page_of(one))
        assert f'href="{subscription}/end"' not in page
        assert f'action="{subscription}/ask"' in page

    def test_of_nobody_and_of_a_number_that_no_database_has(self, editor_client: SignedIn) -> None:
        for number in (987654, 2**63 - 1, 2**63, 10**40):
            assert editor_client.get(f"/admin/subscribers/{number}").status_code == 404

    @both_databases
    def test_escapes_whatever_they_are_called(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        people["dee"].subscriber.name = XSS
        create_attribute(session, people["dee"].publication, "x", label=XSS, actor="test")
        people["dee"].subscriber.attributes = {"x": XSS}
        people["dee"].comment = XSS
        session.commit()
        page = read(editor_client, page_of(people["dee"]))
        assert XSS not in page
        assert page.count("&lt;script&gt;") == 4

    def test_is_of_all_publications(self, editor_client: SignedIn, session: Session, people: People) -> None:
        other = make_publication(session, "evening", name="The Evening", timezone="Asia/Tokyo")
        session.add(Subscription(subscriber=people["ana"].subscriber, publication=other, state=State.PAUSED))
        alone = make_subscription(session, other, "only@readers.example")
        session.commit()
        page = read(editor_client, page_of(people["ana"]))
        assert page.index("The Evening") < page.index("The Morning</a>")
        assert "Asia/Tokyo" in page
        assert 'href="/admin/p/evening/subscribers"' in read(editor_client, page_of(alone))


class TestName:
    def test_is_changed_and_written_down_without_the_name(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        assert "The name is saved" in press(editor_client, f"{page_of(people['bo'])}/name", name=" Bo  🌊 ")
        press(editor_client, f"{page_of(people['bo'])}/name", name="Bo 🌊")
        afresh(session)
        assert session.get_one(Subscription, people["bo"].id).subscriber.name == "Bo 🌊"
        assert actions(session, "subscriber") == [("eddi@press.example", "subscriber.renamed")]

    def test_too_long_is_refused_and_kept(self, editor_client: SignedIn, people: People) -> None:
        page = refused(editor_client, f"{page_of(people['bo'])}/name", name="y" * 200)
        assert "at most 120 characters" in page
        assert "y" * 200 in page


class TestEnd:
    def test_is_asked_first_and_done_once(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        end = f"{page_of(people['ana'])}/subscriptions/{people['ana'].id}/end"
        assert "will no longer get The Morning" in read(editor_client, end)
        assert state_of(session, people["ana"]) is State.ACTIVE
        assert "They no longer get The Morning." in press(editor_client, end)
        assert "had already ended" in press(editor_client, end)
        assert editor_client.get(end).status_code == 303
        ended = session.get_one(Subscription, people["ana"].id)
        assert (ended.state, ended.ended_reason) == (State.ENDED, EndReason.ENDED_BY_EDITOR)
        session.rollback()
        assert actions(session, "subscription") == [("eddi@press.example", "subscription.ended")]

    def test_by_several_at_once_is_one_end(
        self, app: Flask, session: Session, people: People, editor: User
    ) -> None:
        end = f"{page_of(people['ana'])}/subscriptions/{people['ana'].id}/end"
        clients = [signed_in_client(app, session, editor) for _ in range(4)]
        session.close()
        for client in clients:
            client.test_session = Session()  # a session is one thread's
        with ThreadPoolExecutor(len(clients)) as pool:
            answers = list(pool.map(lambda client: client.post(end).status_code, clients))
        assert answers == [303] * 4
        assert len(actions(session, "subscription")) == 1

    def test_of_somebody_elses_subscription_is_not_found(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        for verb in ("end", "ask"):
            url = f"{page_of(people['bo'])}/subscriptions/{people['ana'].id}/{verb}"
            assert editor_client.post(url).status_code == 404
        assert state_of(session, people["ana"]) is State.ACTIVE

    def test_is_taken_back_by_a_confirmation_only(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        ask = f"{page_of(people['dee'])}/subscriptions/{people['dee'].id}/ask"
        assert "We have emailed them" in press(editor_client, ask)
        assert state_of(session, people["dee"]) is State.PENDING
        assert "recently" in press(editor_client, ask)
        assert [m.recipient for m in session.scalars(select(SystemMessage))] == ["dee@readers.example"]

    @both_databases
    def test_of_a_suppressed_person_is_not_asked_again(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        press(editor_client, f"{page_of(people['eve'])}/subscriptions/{people['eve'].id}/end")
        ask = f"{page_of(people['eve'])}/subscriptions/{people['eve'].id}/ask"
        assert "is suppressed because" in press(editor_client, ask)
        assert state_of(session, people["eve"]) is State.ENDED


class TestSuppress:
    @both_databases
    def test_is_for_every_publication_and_can_be_lifted(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        page = page_of(people["ana"])
        assert "every publication" in read(editor_client, f"{page}/suppress")
        said = press(editor_client, f"{page}/suppress", note="Asked by letter.\nTwice. <b>")
        assert "Nothing is sent to this address" in said
        assert "Asked by letter." in said
        assert "&lt;b&gt;" in said
        kept = suppression_of(session, "ana@readers.example")
        assert kept is not None
        assert kept.reason is SuppressionReason.MANUAL
        assert "was already suppressed" in press(editor_client, f"{page}/suppress", note="again")
        assert editor_client.get(f"{page}/suppress").status_code == 303
        assert "Suppression lifted" in press(editor_client, f"{page}/lift")
        assert "is not suppressed" in press(editor_client, f"{page}/lift")
        assert suppression_of(session, "ana@readers.example") is None
        assert state_of(session, people["ana"]) is State.ACTIVE
        assert [action for _, action in actions(session, "subscriber")] == [
            "subscriber.suppressed",
            "subscriber.lifted",
        ]

    def test_that_nobody_made_by_hand_stays(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        page = read(editor_client, page_of(people["eve"]))
        assert "a message to it bounced" in page
        assert "Lift the suppression" not in page
        assert "made by hand" in press(editor_client, f"{page_of(people['eve'])}/lift")
        assert suppression_of(session, "eve@other.example") is not None

    def test_with_a_note_that_is_too_long_is_refused_and_kept(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        said = refused(editor_client, f"{page_of(people['ana'])}/suppress", note="z" * 501)
        assert "at most 500 characters" in said
        assert "z" * 501 in said
        assert suppression_of(session, "ana@readers.example") is None


class TestErase:
    def test_wants_their_address_and_says_what_remains(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        erase = f"{page_of(people['ana'])}/erase"
        assert "What is kept" in read(editor_client, erase)
        for typed in ("", "bo@readers.example", XSS, "ana@readers.exampl"):
            page = refused(editor_client, erase, address=typed)
            assert "This is not their address." in page
            assert XSS not in page
        page = press(editor_client, erase, address=" ANA@readers.example ")
        assert "This person was erased on" in page
        assert "ana@" not in page
        assert "Ana Lim" not in page
        for gone in ("Save the name", "End…", "Download as JSON", "Erase the person…"):
            assert gone not in page
        assert "already erased" in press(editor_client, erase, address="ana@readers.example")
        assert editor_client.get(erase).status_code == 303
        assert state_of(session, people["ana"]) is State.ENDED
        assert actions(session, "subscriber") == [("eddi@press.example", "subscriber.erased")]

    @pytest.mark.parametrize("verb", ["name", "suppress", "lift", "data"])
    def test_leaves_nothing_to_do(
        self, editor_client: SignedIn, session: Session, people: People, verb: str
    ) -> None:
        press(editor_client, f"{page_of(people['ana'])}/erase", address="ana@readers.example")
        assert editor_client.post(f"{page_of(people['ana'])}/{verb}").status_code == 404
        ask = f"{page_of(people['ana'])}/subscriptions/{people['ana'].id}/ask"
        assert "nothing was sent" in press(editor_client, ask)


class TestDownload:
    def test_is_what_they_get_themselves_and_names_no_colleague(
        self, editor_client: SignedIn, session: Session, people: People
    ) -> None:
        press(editor_client, f"{page_of(people['ana'])}/name", name="Ana María")
        answer = editor_client.post(f"{page_of(people['ana'])}/data")
        assert answer.mimetype == "application/json"
        assert "attachment" in answer.headers["Content-Disposition"]
        data = json.loads(answer.text)
        assert data["subscriber"]["name"] == "Ana María"
        assert [entry["actor"] for entry in data["history"]] == ["editor"]
        assert "press.example" not in answer.text
        assert actions(session, "subscriber")[-1] == ("eddi@press.example", "subscriber.downloaded")

    def test_is_not_a_link(self, editor_client: SignedIn, people: People) -> None:
        assert editor_client.get(f"{page_of(people['ana'])}/data").status_code == 405


def test_another_publications_people_are_suppressed_as_well(
    editor_client: SignedIn, session: Session, people: People
) -> None:
    suppress(session, parse_address("cy@readers.example").hash, SuppressionReason.MANUAL, actor="test")
    session.commit()
    assert "suppressed by hand" in read(editor_client, page_of(people["cy"]))

"""The settings with several relays: each is added, changed, limited, paused, moved and removed by itself."""

from datetime import date

import pytest
from lxml import html as lxml_html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.settings import Settings
from newsletter.smtp.sink import Sink
from newsletter.transports.find import all_transports, stored_facts
from newsletter.transports.limits import LimitFacts
from newsletter.transports.models import Transport, TransportRest, TransportUse
from newsletter.transports.outlet import row_key
from newsletter.transports.rest import rest
from tests.web.signed_in import SignedIn

PAGE = "/admin/settings"
NEW = f"{PAGE}/relays/new"
CANARY = "canary-pässword"
FORM = {
    "host": "smtp.example.org",
    "security": "starttls",
    "port": "",
    "username": "ana",
    "password": CANARY,
    "to": "olga@press.example",
}
OTHER = FORM | {"host": "other.example.org"}
LOCAL = {"host": "127.0.0.1", "security": "none", "username": "", "password": ""}
LIMITS = {
    "name": "The first",
    "weight": "3",
    "connections": "4",
    "messages_per_connection": "50",
    "per_second": "12.5",
    "per_day": "20000",
    "provider_limits": "gmail=20, yahoo=0.5",
    "hours": "8:00-20:00",
    "zone": "Europe/Rome",
    "warm_up_from": "2026-01-01",
    "warm_up_per_day": "200",
    "dialogue": "pipelining",
}


def words(answer: TestResponse) -> str:
    return " ".join(lxml_html.document_fromstring(answer.text).text_content().split())


def shown(answer: TestResponse) -> list[str]:
    """What the page says of each relay, in their order."""
    found = lxml_html.document_fromstring(answer.text).xpath("//li[@class='relay']")
    return [" ".join(one.text_content().split()) for one in found]


@pytest.fixture
def two(admin_client: SignedIn, session: Session) -> tuple[int, int]:
    """Two relays, and their numbers."""
    assert admin_client.post(NEW, data=FORM).status_code == 303
    assert admin_client.post(NEW, data=OTHER).status_code == 303
    first, second = session.scalars(select(Transport.id).order_by(Transport.position))
    session.commit()
    return first, second


def test_is_for_owners(editor_client: SignedIn) -> None:
    assert editor_client.get(NEW).status_code == 403
    assert editor_client.post(NEW, data=FORM).status_code == 403
    for path in ("", "/limits", "/pause", "/resume", "/earlier", "/remove"):
        assert editor_client.post(f"{PAGE}/relays/1{path}", data=FORM).status_code == 403
    assert editor_client.get(f"{PAGE}/relays/1").status_code == 403
    assert editor_client.get(f"{PAGE}/relays/1/remove").status_code == 403
    assert editor_client.post(f"{PAGE}/relay/resume", data={"key": "x"}).status_code == 403


def test_one_that_is_not_there_is_told(admin_client: SignedIn) -> None:
    for path in ("", "/remove"):
        assert admin_client.get(f"{PAGE}/relays/12{path}").status_code == 404
    for path in ("", "/limits", "/pause", "/resume", "/earlier", "/remove"):
        assert admin_client.post(f"{PAGE}/relays/12{path}", data=FORM | LIMITS).status_code == 404


class TestSeveral:
    def test_are_listed_in_their_order_with_their_share(
        self, admin_client: SignedIn, two: tuple[int, int]
    ) -> None:
        page = admin_client.get(PAGE)
        first, second = shown(page)
        assert "smtp.example.org:587" in first
        assert "Takes about 50% of the mail" in first
        assert "other.example.org:587 Sends" in second
        assert "Relays in use" in words(page)
        assert CANARY not in page.text
        assert f'action="{PAGE}/relay"' not in page.text  # each has a page of its own

    def test_moving_one_up(self, admin_client: SignedIn, two: tuple[int, int]) -> None:
        answer = admin_client.post(f"{PAGE}/relays/{two[1]}/earlier", follow_redirects=True)
        assert "other.example.org is one place further up" in words(answer)
        assert "other.example.org" in shown(answer)[0]
        again = admin_client.post(f"{PAGE}/relays/{two[1]}/earlier", follow_redirects=True)
        assert "Nothing was changed" in words(again)

    def test_the_form_of_a_page_that_is_out_of_date_changes_none(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        answer = admin_client.post(f"{PAGE}/relay", data=FORM | {"host": "third.example"})
        assert answer.status_code == 409
        assert "several relays by now" in words(answer)
        assert len(all_transports(session)) == 2

    def test_the_same_one_is_not_added_twice(self, admin_client: SignedIn, two: tuple[int, int]) -> None:
        answer = admin_client.post(NEW, data=FORM)
        assert answer.status_code == 409
        assert "is there already" in words(answer)

    def test_bad_input_is_told_and_kept(self, admin_client: SignedIn, session: Session) -> None:
        answer = admin_client.post(NEW, data=FORM | {"port": "0"})
        assert answer.status_code == 400
        assert "from 1 to 65535" in words(answer)
        assert 'value="smtp.example.org"' in answer.text
        assert CANARY not in answer.text
        refused = admin_client.post(NEW, data=FORM | {"password": ""})
        assert (refused.status_code, "Type the password" in words(refused)) == (400, True)
        assert all_transports(session) == []


class TestOne:
    def test_is_changed_and_keeps_its_password(
        self, admin_client: SignedIn, session: Session, settings: Settings, two: tuple[int, int]
    ) -> None:
        place = f"{PAGE}/relays/{two[1]}"
        assert 'value="other.example.org"' in admin_client.get(place).text
        answer = admin_client.post(place, data=OTHER | {"security": "tls", "password": ""})
        assert (answer.status_code, answer.location) == (303, PAGE)
        first, second = all_transports(session)
        assert (first.port, second.port) == (587, 465)
        assert stored_facts(second, settings.secrets).password == CANARY
        session.commit()
        refused = admin_client.post(place, data=OTHER | {"host": "evil.example", "password": ""})
        assert (refused.status_code, "Type the password again" in words(refused)) == (400, True)
        wrong = admin_client.post(place, data=OTHER | {"port": "x"})
        assert (wrong.status_code, "from 1 to 65535" in words(wrong)) == (400, True)

    def test_is_limited(self, admin_client: SignedIn, session: Session, two: tuple[int, int]) -> None:
        place = f"{PAGE}/relays/{two[0]}"
        assert admin_client.post(f"{place}/limits", data=LIMITS).status_code == 303
        transport = all_transports(session)[0]
        assert transport.name == "The first"
        assert LimitFacts.of(transport) == LimitFacts(
            3, 4, 50, 12.5, 20_000, {"gmail": 20.0, "yahoo": 0.5}, "08:00-20:00", "Europe/Rome",
            date(2026, 1, 1), 200, "pipelining",
        )  # fmt: skip
        session.commit()
        first = shown(admin_client.get(PAGE))[0]
        for said in (
            "The first",
            "Takes about 75% of the mail",
            " messages used today",
            "4 connections, 50 messages on each",
            "12.5 a second",
            "20,000 a day",
            "20 a second to Gmail",
            "only 08:00–20:00 (Europe/Rome)",
            "warms up since",
        ):
            assert said in first
        page = admin_client.get(place)
        for value in ("The first", "3", "12.5", "gmail=20 yahoo=0.5", "08:00-20:00", "2026-01-01", "200"):
            assert f'value="{value}"' in page.text
        assert admin_client.post(f"{place}/limits", data=dict.fromkeys(LIMITS, "")).status_code == 303
        session.expire_all()
        assert LimitFacts.of(transport) == LimitFacts()
        assert transport.name == "smtp.example.org"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"weight": "-1"}, "from 0 to 1000"),
            ({"per_second": "fast"}, "how many messages a second"),
            ({"provider_limits": "example=1"}, "no provider that is known"),
            ({"hours": "always"}, "Write hours such as"),
            ({"zone": "Mars"}, "Write a time zone"),
            ({"warm_up_from": "soon"}, "Write a date"),
            ({"warm_up_from": ""}, "A warm-up needs its first day"),
            ({"dialogue": "loud"}, "Write one of"),
            ({"name": "x" * 121}, "at most 120 characters"),
        ],
    )
    def test_limits_that_cannot_be_used_are_told_and_kept(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int], typed: dict[str, str], said: str
    ) -> None:
        answer = admin_client.post(f"{PAGE}/relays/{two[0]}/limits", data=LIMITS | typed)
        assert answer.status_code == 400
        assert said in words(answer)
        assert 'value="20000"' in answer.text
        assert 'value="smtp.example.org"' in answer.text
        assert all_transports(session)[0].per_day is None

    def test_is_paused_and_resumed(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        answer = admin_client.post(f"{PAGE}/relays/{two[0]}/pause", follow_redirects=True)
        assert "smtp.example.org is paused" in words(answer)
        first, second = shown(answer)
        assert "587 Paused" in first
        assert "Resume" in first
        assert "Takes about 100% of the mail" in second
        assert "Nothing was changed" in words(
            admin_client.post(f"{PAGE}/relays/{two[0]}/pause", follow_redirects=True)
        )
        resumed = admin_client.post(f"{PAGE}/relays/{two[0]}/resume", follow_redirects=True)
        assert "smtp.example.org sends again" in words(resumed)
        assert all_transports(session)[0].paused_at is None

    def test_is_removed_when_that_is_meant(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        place = f"{PAGE}/relays/{two[0]}/remove"
        assert "The others take over its share" in words(admin_client.get(place))
        answer = admin_client.post(place, follow_redirects=True)
        assert "smtp.example.org is removed" in words(answer)
        assert [transport.host for transport in all_transports(session)] == ["other.example.org"]
        assert "It is the only one" in words(admin_client.get(f"{PAGE}/relays/{two[1]}/remove"))
        assert f'action="{PAGE}/relay"' in answer.text  # the ordinary page again

    def test_everything_is_in_the_audit(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        admin_client.post(f"{PAGE}/relays/{two[0]}/limits", data=LIMITS)
        for verb in ("pause", "resume", "remove"):
            admin_client.post(f"{PAGE}/relays/{two[0]}/{verb}")
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.actor)
            .where(AuditEntry.action.startswith("relay."))
            .order_by(AuditEntry.id)
        ).all()
        assert [action for action, _actor in entries] == [
            "relay.saved", "relay.saved", "relay.limited", "relay.paused", "relay.resumed", "relay.removed",
        ]  # fmt: skip
        assert {actor for _action, actor in entries} == {"olga@press.example"}


class TestTrouble:
    def test_is_told_and_forgotten_by_resuming(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        keys = [row_key(number) for number in two]
        rest(session, keys[0], "", "It knows <us> no more.", temporary=False, now=clock.now())
        rest(session, keys[1], "", "It is down.", temporary=True, now=clock.now())
        rest(
            session, keys[1], "news@press.example", "It refuses the sender.", temporary=True, now=clock.now()
        )
        session.commit()
        first, second = shown(admin_client.get(PAGE))
        assert "Needs you It knows <us> no more." in first
        assert "Rests until" in second
        assert "With the sender news@press.example: It refuses the sender. Tried again at" in second
        for number in two:
            admin_client.post(f"{PAGE}/relays/{number}/resume")
        assert session.scalars(select(TransportRest.reason)).all() == []

    def test_of_a_relay_of_the_environment(self, admin_client: SignedIn, session: Session) -> None:
        key = "smtp_url:127.0.0.1:8025"
        rest(session, key, "", "It is down.", temporary=False, now=clock.now())
        session.commit()
        page = admin_client.get(PAGE)
        assert "Needs you It is down." in shown(page)[0]
        assert f'value="{key}"' in page.text
        answer = admin_client.post(f"{PAGE}/relay/resume", data={"key": key}, follow_redirects=True)
        assert "sends again" in words(answer)
        for again in (key, "smtp_url:nobody", ""):
            answer = admin_client.post(f"{PAGE}/relay/resume", data={"key": again}, follow_redirects=True)
            assert "Nothing was changed" in words(answer)

    def test_what_is_used_up_and_what_is_closed(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        first, second = all_transports(session)
        now = clock.now()
        first.per_day = 10
        session.add(TransportUse(transport=row_key(first.id), used=10, day=now.date()))
        second.hours = f"{(now.hour + 2) % 24:02}:00-{(now.hour + 3) % 24:02}:00"
        session.commit()
        used_up, closed = shown(admin_client.get(PAGE))
        assert "Done for today, until" in used_up
        assert "10 of 10 messages used today" in used_up
        assert "Outside its hours until" in closed
        assert f"{(now.hour + 2) % 24:02}:00–" in closed

    def test_a_lost_secret_is_told_beside_the_relay(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        all_transports(session)[0].password = "gAAAAA-nonsense"
        session.commit()
        first, second = shown(admin_client.get(PAGE))
        assert "OLD_SECRET_KEYS" in first
        assert "OLD_SECRET_KEYS" not in second
        assert admin_client.get(f"{PAGE}/relays/{two[0]}").status_code == 200


class TestTest:
    def test_the_one_that_is_asked_for(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        with Sink() as sink:
            admin_client.post(f"{PAGE}/relays/{two[1]}", data=OTHER | LOCAL | {"port": str(sink.port)})
            answer = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1", "key": row_key(two[1])})
            assert (answer.status_code, "It works" in words(answer)) == (200, True)
            assert len(sink.records) == 1
        gone = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1", "key": "transport:99"})
        assert (gone.status_code, "not used any more" in words(gone)) == (400, True)

    def test_what_was_typed_is_tried_with_the_kept_password_of_its_own(
        self, admin_client: SignedIn, two: tuple[int, int]
    ) -> None:
        with Sink() as sink:
            for about in (str(two[0]), "new"):
                typed = FORM | LOCAL | {"port": str(sink.port), "transport": about}
                answer = admin_client.post(f"{PAGE}/relay/test", data=typed)
                assert (answer.status_code, "It works" in words(answer)) == (200, True)
                assert f'name="transport" value="{about}"' in answer.text
        elsewhere = FORM | {"host": "evil.example", "password": "", "transport": str(two[0])}
        refused = admin_client.post(f"{PAGE}/relay/test", data=elsewhere)
        assert (refused.status_code, "Type the password again" in words(refused)) == (400, True)
        fresh = FORM | {"password": "", "transport": "new", "part": "1"}
        assert "Kept" not in words(admin_client.post(f"{PAGE}/relay/test", data=fresh))


class TestEnvironment:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        urls = f"smtp://env:{CANARY}@relay.example.net:2525?weight=3&per_day=100 smtp://10.0.0.4?weight=0"
        return settings.model_copy(
            update={"smtp_url": type(settings.secret_key)(urls.replace("ä", "%C3%A4"))}
        )

    def test_several_are_listed(self, admin_client: SignedIn) -> None:
        page = admin_client.get(PAGE)
        first, second = shown(page)
        assert "relay.example.net:2525" in first
        assert "0 of 100 messages used today" in first
        assert "Reserve" in second
        assert "canary" not in page.text
        assert "Set up a relay" in words(page)


class TestBrokenEnvironment:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"smtp_url": type(settings.secret_key)(f"smtp://a:{CANARY}@b?x=y")})

    def test_is_told(self, admin_client: SignedIn) -> None:
        page = admin_client.get(PAGE)
        assert (page.status_code, "SMTP_URL has an unknown option" in words(page)) == (200, True)
        assert CANARY not in page.text
        tried = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1"})
        assert (tried.status_code, "SMTP_URL has an unknown option" in words(tried)) == (400, True)

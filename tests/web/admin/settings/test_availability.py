"""The settings when relays are in trouble, used up, closed or tried; and those of the environment."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.settings import Settings
from newsletter.smtp.sink import Sink
from newsletter.transports.cooldown import cool_down
from newsletter.transports.find import all_transports
from newsletter.transports.models import TransportCooldown, TransportUse
from newsletter.transports.transport_config import row_key
from tests.databases import both_databases
from tests.web.admin.settings.relays import CANARY, FORM, LOCAL, OTHER, PAGE, add_two, shown, words
from tests.web.signed_in import SignedIn


@pytest.fixture
def two(admin_client: SignedIn, session: Session) -> tuple[int, int]:
    return add_two(admin_client, session)


class TestTrouble:
    @both_databases
    def test_is_told_and_forgotten_by_resuming(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        keys = [row_key(number) for number in two]
        cool_down(session, keys[0], "", "It knows <us> no more.", temporary=False, now=clock.now())
        cool_down(session, keys[1], "", "It is down.", temporary=True, now=clock.now())
        cool_down(
            session, keys[1], "news@press.example", "It refuses the sender.", temporary=True, now=clock.now()
        )
        session.commit()
        first, second = shown(admin_client.get(PAGE))
        assert "Needs attention It knows <us> no more." in first
        assert "Waiting until" in second
        assert "With the sender news@press.example: It refuses the sender. Tried again at" in second
        for number in two:
            admin_client.post(f"{PAGE}/relays/{number}/resume")
        assert session.scalars(select(TransportCooldown.reason)).all() == []

    def test_of_a_relay_of_the_environment(self, admin_client: SignedIn, session: Session) -> None:
        key = "smtp_url:127.0.0.1:8025"
        cool_down(session, key, "", "It is down.", temporary=False, now=clock.now())
        session.commit()
        page = admin_client.get(PAGE)
        assert "Needs attention It is down." in shown(page)[0]
        assert f'value="{key}"' in page.text
        answer = admin_client.post(f"{PAGE}/relay/resume", data={"key": key}, follow_redirects=True)
        assert "is sending again" in words(answer)
        for again in (key, "smtp_url:nobody", ""):
            answer = admin_client.post(f"{PAGE}/relay/resume", data={"key": again}, follow_redirects=True)
            assert "Nothing was changed" in words(answer)

    @both_databases
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
    @both_databases
    def test_the_one_that_is_asked_for(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        with Sink() as sink:
            admin_client.post(f"{PAGE}/relays/{two[1]}", data=OTHER | LOCAL | {"port": str(sink.port)})
            answer = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1", "key": row_key(two[1])})
            assert (answer.status_code, "It works" in words(answer)) == (200, True)
            assert len(sink.records) == 1
        gone = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1", "key": "transport:99"})
        assert (gone.status_code, "no longer in use" in words(gone)) == (400, True)

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
        assert (refused.status_code, "Enter the password again" in words(refused)) == (400, True)
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
        assert "Backup" in second
        assert "canary" not in page.text
        assert "Set up a relay" in words(page)


class TestBrokenEnvironment:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"smtp_url": type(settings.secret_key)(f"smtp://a:{CANARY}@b?x=y")})

    @both_databases
    def test_is_told(self, admin_client: SignedIn) -> None:
        page = admin_client.get(PAGE)
        assert (page.status_code, "SMTP_URL has an unknown option" in words(page)) == (200, True)
        assert CANARY not in page.text
        tried = admin_client.post(f"{PAGE}/relay/test", data={"in_use": "1"})
        assert (tried.status_code, "SMTP_URL has an unknown option" in words(tried)) == (400, True)

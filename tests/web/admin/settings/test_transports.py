"""The settings with several relays: each is added, changed, limited, paused, moved and removed by itself."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.settings import Settings
from newsletter.transports.find import all_transports, stored_settings
from newsletter.transports.limit_settings import LimitSettings
from tests.databases import both_databases
from tests.web.admin.settings.relays import CANARY, FORM, NEW, OTHER, PAGE, add_two, shown, words
from tests.web.signed_in import SignedIn

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


@pytest.fixture
def two(admin_client: SignedIn, session: Session) -> tuple[int, int]:
    return add_two(admin_client, session)


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

    @both_databases
    def test_moving_one_up(self, admin_client: SignedIn, two: tuple[int, int]) -> None:
        answer = admin_client.post(f"{PAGE}/relays/{two[1]}/earlier", follow_redirects=True)
        assert "other.example.org was moved up" in words(answer)
        assert "other.example.org" in shown(answer)[0]
        again = admin_client.post(f"{PAGE}/relays/{two[1]}/earlier", follow_redirects=True)
        assert "Nothing was changed" in words(again)

    def test_the_form_of_a_page_that_is_out_of_date_changes_none(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        answer = admin_client.post(f"{PAGE}/relay", data=FORM | {"host": "third.example"})
        assert answer.status_code == 409
        assert "several relays now" in words(answer)
        assert len(all_transports(session)) == 2

    def test_the_same_one_is_not_added_twice(self, admin_client: SignedIn, two: tuple[int, int]) -> None:
        answer = admin_client.post(NEW, data=FORM)
        assert answer.status_code == 409
        assert "already exists" in words(answer)

    def test_bad_input_is_told_and_kept(self, admin_client: SignedIn, session: Session) -> None:
        answer = admin_client.post(NEW, data=FORM | {"port": "0"})
        assert answer.status_code == 400
        assert "from 1 to 65535" in words(answer)
        assert 'value="smtp.example.org"' in answer.text
        assert CANARY not in answer.text
        refused = admin_client.post(NEW, data=FORM | {"password": ""})
        assert (refused.status_code, "Enter the password" in words(refused)) == (400, True)
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
        assert stored_settings(second, settings.secrets).password == CANARY
        session.commit()
        refused = admin_client.post(place, data=OTHER | {"host": "evil.example", "password": ""})
        assert (refused.status_code, "Enter the password again" in words(refused)) == (400, True)
        wrong = admin_client.post(place, data=OTHER | {"port": "x"})
        assert (wrong.status_code, "from 1 to 65535" in words(wrong)) == (400, True)

    def test_is_limited(self, admin_client: SignedIn, session: Session, two: tuple[int, int]) -> None:
        place = f"{PAGE}/relays/{two[0]}"
        assert admin_client.post(f"{place}/limits", data=LIMITS).status_code == 303
        transport = all_transports(session)[0]
        assert transport.name == "The first"
        assert LimitSettings.of(transport) == LimitSettings(
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
            "warming up since",
        ):
            assert said in first
        page = admin_client.get(place)
        for value in ("The first", "3", "12.5", "gmail=20 yahoo=0.5", "08:00-20:00", "2026-01-01", "200"):
            assert f'value="{value}"' in page.text
        assert admin_client.post(f"{place}/limits", data=dict.fromkeys(LIMITS, "")).status_code == 303
        session.expire_all()
        assert LimitSettings.of(transport) == LimitSettings()
        assert transport.name == "smtp.example.org"

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"weight": "-1"}, "from 0 to 1000"),
            ({"per_second": "fast"}, "Enter messages a second"),
            ({"provider_limits": "example=1"}, "is not a known provider"),
            ({"hours": "always"}, "Enter hours such as"),
            ({"zone": "Mars"}, "Enter a time zone"),
            ({"warm_up_from": "soon"}, "Enter a date"),
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
        assert "smtp.example.org is sending again" in words(resumed)
        assert all_transports(session)[0].paused_at is None

    def test_is_removed_when_that_is_meant(
        self, admin_client: SignedIn, session: Session, two: tuple[int, int]
    ) -> None:
        place = f"{PAGE}/relays/{two[0]}/remove"
        assert "The others will take over its share" in words(admin_client.get(place))
        answer = admin_client.post(place, follow_redirects=True)
        assert "smtp.example.org was removed" in words(answer)
        assert [transport.host for transport in all_transports(session)] == ["other.example.org"]
        assert "It is the only one" in words(admin_client.get(f"{PAGE}/relays/{two[1]}/remove"))
        assert f'action="{PAGE}/relay"' in answer.text  # the ordinary page again

    @both_databases
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

"""The settings: the relay that mail leaves by, saved, tried, taken back; its password never shown."""

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from lxml import html as lxml_html
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.audit.models import AuditEntry
from newsletter.publications.models import Publication
from newsletter.settings import Settings
from newsletter.smtp.sink import At, Options, Rule, Script, Sink
from newsletter.transports.find import all_transports, transport_configs
from newsletter.transports.models import Transport
from newsletter.web.limits import limiter
from tests.databases import both_databases
from tests.web.admin.settings.relays import CANARY, FORM, LOCAL, PAGE
from tests.web.signed_in import SignedIn

SAVE = f"{PAGE}/relay"
TEST = f"{PAGE}/relay/test"


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    sinks: list[Sink] = []

    def make(*rules: Rule, **options: object) -> Sink:
        given = Options(**{"keep_content": True, **options})  # type: ignore[arg-type]
        sinks.append(Sink(given, Script(rules)).start())
        return sinks[-1]

    yield make
    for sink in sinks:
        sink.stop()


def words(answer: TestResponse) -> str:
    return " ".join(lxml_html.document_fromstring(answer.text).text_content().split())


def steps(answer: TestResponse) -> list[str]:
    """The results of the steps, in their order."""
    found = lxml_html.document_fromstring(answer.text).xpath("//li[contains(@class, 'relay-step ')]")
    return [one.get("class").removeprefix("relay-step relay-step-") for one in found]


class TestPage:
    def test_says_that_nothing_is_set_up(self, admin_client: SignedIn) -> None:
        page = admin_client.get(PAGE)
        assert page.status_code == 200
        assert "the built-in mailbox catches every message" in words(page)

    def test_is_for_owners(self, editor_client: SignedIn) -> None:
        assert editor_client.get(PAGE).status_code == 403
        assert editor_client.post(SAVE, data=FORM).status_code == 403
        assert editor_client.post(TEST, data=FORM).status_code == 403


class TestEnvironment:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={"smtp_url": type(settings.secret_key)(f"smtp://env:{CANARY}@relay.example.net:2525")}
        )

    def test_is_shown_without_its_password(self, admin_client: SignedIn) -> None:
        page = admin_client.get(PAGE)
        assert "Set with SMTP_URL" in words(page)
        assert "relay.example.net:2525" in words(page)
        assert CANARY not in page.text
        assert 'value="relay.example.net"' in page.text  # a beginning for the form

    def test_its_password_is_not_taken_over(self, admin_client: SignedIn, session: Session) -> None:
        same = {"host": "relay.example.net", "port": "2525", "username": "env", "password": ""}
        answer = admin_client.post(SAVE, data=FORM | same)
        assert answer.status_code == 400
        assert "Enter the password for this user name" in words(answer)
        assert all_transports(session) == []

    @both_databases
    def test_comes_back_when_the_saved_one_is_removed(self, admin_client: SignedIn, session: Session) -> None:
        admin_client.post(SAVE, data=FORM)
        assert "smtp.example.org:587" in words(admin_client.get(PAGE))
        answer = admin_client.post(f"{SAVE}/remove", follow_redirects=True)
        assert "SMTP_URL again" in words(answer)
        assert "relay.example.net:2525" in words(answer)
        again = admin_client.post(f"{SAVE}/remove", follow_redirects=True)
        assert "nothing was changed" in words(again)
        assert all_transports(session) == []


class TestSave:
    def test_is_used_from_now_on(self, admin_client: SignedIn, session: Session, settings: Settings) -> None:
        answer = admin_client.post(SAVE, data=FORM)
        assert (answer.status_code, answer.location) == (303, PAGE)
        relay = transport_configs(session, settings.secrets, settings.effective_smtp_url)[0].relay
        assert (relay.where, relay.user, relay.password) == ("smtp.example.org:587", "ana", CANARY)

    @both_databases
    def test_the_password_is_nowhere(
        self, admin_client: SignedIn, session: Session, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        pages = [admin_client.post(SAVE, data=FORM, follow_redirects=True), admin_client.get(PAGE)]
        pages.append(admin_client.post(SAVE, data=FORM | {"port": "0"}))
        pages.append(admin_client.post(SAVE, data=FORM | {"host": "other.example", "password": ""}))
        for page in pages:
            assert CANARY not in page.text
        assert "Saved; type to replace it" in words(pages[1])
        assert CANARY not in caplog.text
        session.rollback()
        for table in ("transport", "audit_entry"):
            assert CANARY not in repr(session.execute(text(f"SELECT * FROM {table}")).all())

    @both_databases
    def test_keeps_the_password_where_none_is_typed(
        self, admin_client: SignedIn, session: Session, settings: Settings
    ) -> None:
        admin_client.post(SAVE, data=FORM)
        answer = admin_client.post(SAVE, data=FORM | {"password": "", "security": "tls", "port": "465"})
        assert answer.status_code == 303
        relay = transport_configs(session, settings.secrets, settings.effective_smtp_url)[0].relay
        assert (relay.port, relay.password) == (465, CANARY)

    @both_databases
    def test_another_host_does_not_get_the_kept_password(
        self, admin_client: SignedIn, session: Session
    ) -> None:
        admin_client.post(SAVE, data=FORM)
        answer = admin_client.post(SAVE, data=FORM | {"host": "evil.example.org", "password": ""})
        assert answer.status_code == 400
        assert "Enter the password again" in words(answer)
        session.expire_all()
        assert session.scalars(select(Transport.host)).all() == ["smtp.example.org"]

    @both_databases
    def test_pressed_twice_is_saved_once(self, admin_client: SignedIn, session: Session) -> None:
        for _ in range(2):
            assert admin_client.post(SAVE, data=FORM).status_code == 303
        assert len(session.scalars(select(Transport)).all()) == 1
        assert session.scalars(select(AuditEntry.action)).all().count("relay.saved") == 1

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"host": "smtp example org"}, "cannot contain spaces"),
            ({"host": "smtp://smtp.example.org"}, "Enter the host name only"),
            ({"host": ""}, "Enter the relay's host name"),
            ({"port": "0"}, "from 1 to 65535"),
            ({"port": "smtp"}, "from 1 to 65535"),
            ({"security": "none"}, "sent unencrypted"),
            ({"security": "ssl"}, "Choose STARTTLS"),
            ({"username": ""}, "Enter the user name for this password"),
        ],
    )
    def test_what_cannot_be_used_is_told_and_kept(
        self, admin_client: SignedIn, session: Session, typed: dict[str, str], said: str
    ) -> None:
        answer = admin_client.post(SAVE, data=FORM | typed)
        assert answer.status_code == 400
        assert said in words(answer)
        assert f'value="{(FORM | typed)["host"]}"' in answer.text
        assert all_transports(session) == []

    @both_databases
    def test_a_lost_secret_is_told(
        self, admin_client: SignedIn, session: Session, settings: Settings
    ) -> None:
        admin_client.post(SAVE, data=FORM)
        (found,) = all_transports(session)
        found.password = "gAAAAA-nonsense"
        session.commit()
        assert "OLD_SECRET_KEYS" in words(admin_client.get(PAGE))
        assert "OLD_SECRET_KEYS" in words(admin_client.post(TEST, data={"in_use": "1"}))
        assert admin_client.post(SAVE, data=FORM).status_code == 303
        assert "OLD_SECRET_KEYS" not in words(admin_client.get(PAGE))


class TestTest:
    def test_tells_each_step_and_sends_a_message(
        self, admin_client: SignedIn, publication: Publication, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink()
        answer = admin_client.post(TEST, data=FORM | LOCAL | {"port": str(sink.port)})
        assert answer.status_code == 200
        assert steps(answer) == ["done", "done", "done", "not-needed", "not-needed", "done"]
        assert "It works" in words(answer)
        assert "220 " in words(answer)
        (record,) = sink.records
        assert (record.sender, record.recipient) == ("morning@press.example", "olga@press.example")

    def test_a_part_of_the_page_for_the_script(
        self, admin_client: SignedIn, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink()
        typed = FORM | LOCAL | {"port": str(sink.port), "part": "1"}
        answer = admin_client.post(TEST, data=typed)
        assert "<main" not in answer.text
        assert steps(answer)[-1] == "done"
        refused = admin_client.post(TEST, data=typed | {"port": "0", "to": "nobody"})
        assert refused.status_code == 400
        assert "<main" not in refused.text
        assert "from 1 to 65535" in words(refused)
        assert "not an email address" in words(refused)

    def test_the_saved_one(
        self, admin_client: SignedIn, session: Session, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink()
        admin_client.post(SAVE, data=FORM | LOCAL | {"port": str(sink.port)})
        answer = admin_client.post(TEST, data={"in_use": "1"})
        assert steps(answer)[-1] == "done"
        assert [record.recipient for record in sink.records] == ["olga@press.example"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "relay.tested")).one()
        assert entry.detail == {"relay": f"127.0.0.1:{sink.port}", "failed": ""}

    def test_a_wrong_password_fails_without_being_told(
        self, admin_client: SignedIn, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink(users={"ana": "another"}, auth_in_clear=True)
        typed = FORM | LOCAL | {"port": str(sink.port), "username": "ana", "password": CANARY}
        answer = admin_client.post(TEST, data=typed)
        assert steps(answer) == ["done", "done", "done", "not-needed", "failed", "not-reached"]
        assert "535 5.7.8" in words(answer)
        assert "app password" in words(answer)
        assert CANARY not in answer.text
        assert sink.records == []

    def test_words_of_the_server_are_words(
        self, admin_client: SignedIn, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink(Rule(At.RCPT, code=550, text="5.1.1 <script>alert(1)</script>"))
        answer = admin_client.post(TEST, data=FORM | LOCAL | {"port": str(sink.port)})
        assert steps(answer)[-1] == "failed"
        assert "<script>alert(1)" not in answer.text
        assert "&lt;script&gt;" in answer.text

    @pytest.mark.parametrize("to", ["nobody", "a@b\r\nRCPT TO:<x@y.example>", "x" * 400 + "@example.org"])
    def test_an_impossible_address_is_told(
        self, admin_client: SignedIn, make_sink: Callable[..., Sink], to: str
    ) -> None:
        sink = make_sink()
        answer = admin_client.post(TEST, data=FORM | LOCAL | {"port": str(sink.port), "to": to})
        assert answer.status_code == 400
        assert "not an email address" in words(answer) or "too long" in words(answer)
        assert sink.records == []

    def test_addresses_of_every_kind(self, admin_client: SignedIn, make_sink: Callable[..., Sink]) -> None:
        sink = make_sink()
        for to in ("jörg@bücher.example", "ana@bücher.example"):
            answer = admin_client.post(TEST, data=FORM | LOCAL | {"port": str(sink.port), "to": to})
            assert steps(answer)[-1] == "done", words(answer)
        assert len(sink.records) == 2

    def test_nothing_is_saved_by_trying(
        self, admin_client: SignedIn, session: Session, make_sink: Callable[..., Sink]
    ) -> None:
        sink = make_sink()
        admin_client.post(TEST, data=FORM | LOCAL | {"port": str(sink.port)})
        assert all_transports(session) == []


def test_a_relay_is_tried_so_many_times_and_no_more(
    app: Flask, admin_client: SignedIn, make_sink: Callable[..., Sink]
) -> None:
    with app.app_context():
        limiter.reset()
    app.config["RELAY_TESTS"] = "2 per hour"
    sink = make_sink()
    typed = FORM | LOCAL | {"port": str(sink.port), "part": "1"}
    answers = [admin_client.post(TEST, data=typed) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "too many attempts" in words(answers[-1])

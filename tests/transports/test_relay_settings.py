"""What is typed about a relay."""

import pytest

from newsletter.core.errors import Refused
from newsletter.smtp.url import Encryption
from newsletter.transports.relay_settings import RelaySettings, check_relay, with_kept_password
from newsletter.transports.security import Security

GOOD = {"host": "smtp.example.org", "port": "587", "security": "starttls"}


@pytest.mark.parametrize(
    ("typed", "host", "port", "encryption"),
    [
        ({}, "smtp.example.org", 587, Encryption.REQUIRED),
        ({"port": ""}, "smtp.example.org", 587, Encryption.REQUIRED),
        ({"port": "", "security": "tls"}, "smtp.example.org", 465, Encryption.IMPLICIT),
        ({"port": "", "security": "none"}, "smtp.example.org", 25, Encryption.NEVER),
        ({"host": " SMTP.Example.org. ", "port": " 2525 "}, "smtp.example.org", 2525, Encryption.REQUIRED),
        ({"host": "10.0.0.4"}, "10.0.0.4", 587, Encryption.REQUIRED),
        ({"host": "post.bücher.example"}, "post.xn--bcher-kva.example", 587, Encryption.REQUIRED),
        ({"host": "localhost.example"}, "localhost.example", 587, Encryption.REQUIRED),
    ],
)
def test_relays(typed: dict[str, str], host: str, port: int, encryption: Encryption) -> None:
    relay = check_relay(**(GOOD | typed)).relay
    assert (relay.host, relay.port, relay.encryption) == (host, port, encryption)
    assert (relay.user, relay.password, relay.auth_in_clear, relay.verify) == (None, None, False, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost"])
@pytest.mark.parametrize(
    ("typed", "port", "encryption"),
    [
        ({}, 25, Encryption.OFFERED),
        ({"username": "ana", "password": "x"}, 587, Encryption.OFFERED),
        ({"port": "2525"}, 2525, Encryption.OFFERED),
        ({"security": "tls"}, 465, Encryption.IMPLICIT),
        ({"security": "none"}, 25, Encryption.NEVER),
    ],
)
def test_on_this_machine_encryption_is_used_where_it_is_offered(
    host: str, typed: dict[str, str], port: int, encryption: Encryption
) -> None:
    relay = check_relay(**{"host": host, "port": "", "security": "starttls"} | typed).relay
    assert (relay.port, relay.encryption) == (port, encryption)
    assert (relay.verify, relay.auth_in_clear) == (False, True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "smtp example org"}, "host"),
        ({"host": "smtp://smtp.example.org"}, "host"),
        ({"host": "smtp.example.org:587"}, "host"),
        ({"host": "user@smtp.example.org"}, "host"),
        ({"host": "smtp.example.org/x"}, "host"),
        ({"host": "a..b"}, "host"),
        ({"host": "a" * 64 + ".example"}, "host"),
        ({"host": "x." * 200 + "example"}, "host"),
        ({"host": "smtp.example.org\r\nRCPT"}, "host"),
        ({"host": "☃" * 80}, "host"),
        ({"port": "0"}, "port"),
        ({"port": "65536"}, "port"),
        ({"port": "-1"}, "port"),
        ({"port": "5e3"}, "port"),
        ({"port": "٥٨٧"}, "port"),
        ({"port": "9" * 5000}, "port"),
        ({"security": "ssl"}, "security"),
        ({"username": "a\r\nb", "password": "x"}, "username"),
        ({"username": "a", "password": "x\0"}, "password"),
        ({"username": "a", "password": "x" * 1001}, "password"),
        ({"password": "x"}, "username"),
        ({"security": "none", "username": "ana", "password": "x"}, "security"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_field(typed: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_relay(**(GOOD | typed))
    assert set(refused.value.fields) == {field}


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        check_relay(host="", port="x", security="?")
    assert set(refused.value.fields) == {"host", "port", "security"}


def test_a_password_in_clear_goes_to_this_machine_only() -> None:
    relay = check_relay(host="localhost", port="", security="none", username="ana", password="x").relay
    assert relay.auth_in_clear


def test_the_password_is_not_shown() -> None:
    facts = check_relay(**GOOD, username="ana", password="canary")
    assert "canary" not in repr(facts) + str(facts) + repr(facts.relay)


KEPT = RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ana", "secret")


class TestKeptPassword:
    def test_stays_for_the_same_place(self) -> None:
        facts = RelaySettings("smtp.example.org", 465, Security.TLS, "ana")
        assert with_kept_password(facts, KEPT).password == "secret"

    def test_gives_way_to_a_new_one(self) -> None:
        facts = RelaySettings("other.example.org", 465, Security.TLS, "ana", "new")
        assert with_kept_password(facts, KEPT) == facts

    def test_goes_with_its_user_name(self) -> None:
        assert with_kept_password(RelaySettings("smtp.example.org", 25, Security.NONE), KEPT).password == ""

    @pytest.mark.parametrize(
        "facts",
        [
            RelaySettings("evil.example.org", 587, Security.STARTTLS, "ana"),
            RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ben"),
            RelaySettings("smtp.example.org", 25, Security.NONE, "ana"),
        ],
    )
    def test_goes_nowhere_else(self, facts: RelaySettings) -> None:
        with pytest.raises(Refused) as refused:
            with_kept_password(facts, KEPT)
        assert "password" in refused.value.fields

    def test_is_none_where_none_was(self) -> None:
        facts = RelaySettings("smtp.example.org", 587, Security.STARTTLS, "ana")
        assert with_kept_password(facts, None) == facts


def test_securities_and_encryptions_belong_together() -> None:
    for way in Security:
        assert Security.of(way.encryption) is way
    assert Security.of(Encryption.OFFERED) is Security.STARTTLS

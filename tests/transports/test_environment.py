"""`SMTP_URL` with one relay or several, and with what it says about each."""

import pytest

from newsletter.core.errors import Refused
from newsletter.smtp.url import Dialogue, parse_smtp_url
from newsletter.transports.environment import environment_transports
from newsletter.transports.limit_settings import FIELDS, check_limits
from newsletter.transports.transport_config import KEY_LENGTH, Limits, row_key, url_key


@pytest.mark.parametrize(
    "url",
    [
        "smtp://127.0.0.1:2525?starttls=never",
        "smtp://ana:p%40ss%20w%26rd@smtp.example.org",
        "smtps://ana:x@[::1]:465?verify=no&timeout_connect=30",
        "smtp://smtp.example.org/?",
    ],
)
def test_one_relay_is_what_it_was(url: str) -> None:
    (config,) = environment_transports(url)
    assert config.relay == parse_smtp_url(url)
    assert config.name == config.relay.where
    assert (config.weight, config.paused, config.broken) == (1, False, None)


def test_several_relays_with_their_limits() -> None:
    first, second = environment_transports(
        "  smtp://ana:x@smtp.example.org?name=The+first%20one&weight=3&per_second=12.5&starttls=offered"
        "&connections=4&messages_per_connection=20\n"
        "smtps://10.0.0.4?hours=22:00-06:00&zone=Europe%2FRome&per_day=5000&weight=0 "
    )
    assert (first.key, second.key) == ("smtp_url:ana@smtp.example.org:587", "smtp_url:10.0.0.4:465")
    assert (first.name, second.name) == ("The first one", "10.0.0.4:465")
    assert (first.weight, second.weight) == (3, 0)
    assert first.relay == parse_smtp_url("smtp://ana:x@smtp.example.org?starttls=offered")
    assert first.limits == Limits(4, 20, per_second=12.5)
    assert second.limits == Limits(10, 1000, per_day=5000, hours="22:00-06:00", zone="Europe/Rome")


def test_whatever_can_be_limited_admin_can_be_in_the_url() -> None:
    typed = {
        "weight": "3",
        "connections": "4",
        "messages_per_connection": "20",
        "per_second": "12.5",
        "per_day": "5000",
        "provider_limits": "gmail=20,yahoo=0.5",
        "hours": "22:00-06:00",
        "zone": "Europe/Rome",
        "warm_up_from": "2026-11-02",
        "warm_up_per_day": "200",
        "dialogue": "plain",
    }
    assert typed.keys() == set(FIELDS)
    url = "&".join(f"{name}={text}" for name, text in typed.items())
    (config,) = environment_transports(f"smtp://10.0.0.4?{url}")
    stored = check_limits(typed)
    assert config.limits == stored.limits("10.0.0.4")
    assert config.weight == stored.weight == 3
    assert config.relay.dialogue is Dialogue.PLAIN


def test_whoever_misspells_an_option_is_told_all_of_them() -> None:
    with pytest.raises(Refused, match=r"unknown option; the known ones are .*starttls.* per_second"):
        environment_transports("smtp://10.0.0.4?per_secnd=3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must start with smtp://"),
        ("smtp://ana:canary secret@smtp.example.org", "space"),
        ("smtp://ana:canary@a.example smtp://ana:canary@a.example:587?weight=2", "twice"),
        ("smtp://ana:canary@a.example?weight=1&weight=2", "weight twice"),
        ("smtp://ana:canary@a.example?weight=x", "wrong weight"),
        ("smtp://ana:canary@a.example?hours=8-20", "wrong hours"),
        ("smtp://ana:canary@a.example?zone=Mars", "wrong zone"),
        ("smtp://ana:canary@a.example?name=" + "x" * 121, "wrong name"),
        ("smtp://ana:canary@a.example?per_second=0", "wrong per_second"),
        ("smtp://ana:canary@a.example?warm_up_per_day=200", "wrong warm_up_from"),
        ("smtp://ana:canary@a.example?provider_limits=gmail", "wrong provider_limits"),
        ("smtp://ana:canary@a.example?provider_limits=hotmail=1", "wrong provider_limits"),
        ("smtp://ana:canary@a.example?wait=1", "unknown option"),
        ("smtp://ana:canary@a.example smtp://b.example?starttls=x", "unknown starttls"),
        ("smtp://ana:can?weight=1&ary@a.example", "unknown option"),
    ],
)
def test_mistakes_are_told_without_the_password(text: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        environment_transports(text)
    assert words in refused.value.message
    assert "canary" not in refused.value.message


def test_keys_fit_their_column() -> None:
    long = parse_smtp_url(f"smtp://{'a' * 300}:x@{'b' * 60}.{'c' * 60}.example")
    other = parse_smtp_url(f"smtp://{'a' * 300}:x@{'b' * 60}.{'d' * 60}.example")
    assert len(url_key(long)) == KEY_LENGTH
    assert url_key(long) != url_key(other)
    assert row_key(12) == "transport:12"

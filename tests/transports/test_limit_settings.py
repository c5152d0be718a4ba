"""What is typed about how much a transport takes; and what is known of relays and providers."""

from datetime import date

import pytest

from newsletter.core.errors import Refused
from newsletter.transports.limit_settings import LimitSettings, check_limits, check_name
from newsletter.transports.provider_defaults import DEFAULT, PRIVATE_RELAY, provider_defaults_for
from newsletter.transports.providers import PROVIDERS, provider_of
from newsletter.transports.transport_config import Limits
from newsletter.transports.warm_up import DAYS, warm_up

TYPED = {
    "weight": " 3 ",
    "connections": "4",
    "messages_per_connection": "50",
    "per_second": "0,5",
    "per_day": "20000",
    "provider_limits": "gmail=20, yahoo=0.5\nmicrosoft=3",
    "hours": "8:00-20:00",
    "zone": "Europe/Rome",
    "warm_up_from": "2026-09-01",
    "warm_up_per_day": "200",
}


def test_what_is_typed_is_read() -> None:
    assert check_limits(TYPED) == LimitSettings(
        3,
        4,
        50,
        0.5,
        20_000,
        {"gmail": 20.0, "yahoo": 0.5, "microsoft": 3.0},
        "08:00-20:00",
        "Europe/Rome",
        date(2026, 9, 1),
        200,
    )


def test_an_empty_field_is_no_limit_and_one_that_is_not_there_stays() -> None:
    begun = check_limits(TYPED)
    assert check_limits(dict.fromkeys(TYPED, ""), begun) == LimitSettings()
    assert check_limits({}, begun) == begun
    assert check_limits({"per_day": "5"}, begun).per_day == 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("weight", "-1"),
        ("weight", "1001"),
        ("weight", "1.5"),
        ("connections", "0"),
        ("connections", "9" * 5000),
        ("messages_per_connection", "many"),
        ("messages_per_connection", "٣"),
        ("per_second", "0"),
        ("per_second", "nan"),
        ("per_second", "inf"),
        ("per_second", "ten"),
        ("per_day", "0"),
        ("provider_limits", "example=3"),
        ("provider_limits", "gmail"),
        ("provider_limits", "gmail=x"),
        ("hours", "always"),
        ("zone", "Mars"),
        ("warm_up_from", "1 September"),
        ("warm_up_per_day", "0"),
        ("dialogue", "loud"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_field(name: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        check_limits(TYPED | {name: text})
    assert set(refused.value.fields) == {name}


@pytest.mark.parametrize("missing", ["warm_up_from", "warm_up_per_day"])
def test_a_warm_up_needs_both_its_facts(missing: str) -> None:
    with pytest.raises(Refused) as refused:
        check_limits(TYPED | {missing: ""})
    assert set(refused.value.fields) == {missing}


def test_names() -> None:
    assert check_name("  Amazon \t SES ") == "Amazon SES"
    for text in ("x" * 121, "a\0b", "a\x1b[31m"):
        with pytest.raises(Refused):
            check_name(text)


@pytest.mark.parametrize(
    ("host", "connections", "messages"),
    [
        ("smtp.gmail.com", 5, 50),
        ("smtp.mail.yahoo.com", 5, 20),
        ("notsmtp.gmail.com.example.org", DEFAULT.connections, DEFAULT.messages_per_connection),
        ("example-org.mail.protection.outlook.com", 5, 50),
        ("smtp.example.org", 10, 100),
        ("127.0.0.1", PRIVATE_RELAY.connections, PRIVATE_RELAY.messages_per_connection),
        ("::1", 10, 1000),
        ("10.1.2.3", 10, 1000),
        ("postfix", 10, 1000),
        ("8.8.8.8", 10, 100),
    ],
)
def test_known_relays_have_defaults(host: str, connections: int, messages: int) -> None:
    defaults = provider_defaults_for(host)
    assert (defaults.connections, defaults.messages_per_connection) == (connections, messages)


def test_what_is_set_wins_over_provider_defaults() -> None:
    assert LimitSettings().limits("smtp.office365.com") == Limits(3, 50, per_second=0.5, per_day=10_000)
    facts = LimitSettings(connections=1, messages_per_connection=2, per_second=3.0, per_day=4)
    assert facts.limits("smtp.office365.com") == Limits(1, 2, 3.0, 4)


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("ana@gmail.com", "gmail"),
        ("Ana@GoogleMail.COM", "gmail"),
        ('"a@b"@hotmail.co.uk', "microsoft"),
        ("ana@yahoo.com.br", "yahoo"),
        ("ana@yahoo.co.jp", "yahoo_japan"),
        ("ana@ymail.com", "yahoo"),
        ("ana@me.com", "apple"),
        ("ana@gmx.de", "gmx"),
        ("ana@wanadoo.fr", "orange"),
        ("ana@mail.ru", "mail_ru"),
        ("ana@pm.me", "proton"),
        ("ana@example.org", ""),
        ("ana@notgmail.com", ""),
        ("ana@live.example.com", ""),
        ("gmail.com", "gmail"),
        ("", ""),
    ],
)
def test_providers_are_known_by_the_domain(address: str, provider: str) -> None:
    assert provider_of(address) == provider
    assert provider == "" or PROVIDERS[provider]


def test_a_warm_up_grows_for_thirty_days() -> None:
    first = date(2026, 6, 1)
    found = [warm_up(first, 200, date.fromordinal(first.toordinal() + day)) for day in range(DAYS + 1)]
    assert found[:4] == [200, 300, 450, 675]
    assert found[-1] is None
    numbers = [number for number in found if number is not None]
    assert len(numbers) == DAYS
    assert numbers == sorted(numbers)
    assert warm_up(first, 200, date(2026, 1, 1)) == 200  # a clock that was set back does not stop it


def test_allowances() -> None:
    day = date(2026, 6, 1)
    assert Limits().allowance(day) is None
    assert Limits(per_day=5).allowance(day) == 5
    assert Limits(warm_up_from=day, warm_up_per_day=7).allowance(day) == 7
    assert Limits(per_day=5, warm_up_from=day, warm_up_per_day=7).allowance(day) == 5
    assert Limits(per_day=5, warm_up_from=date(2020, 1, 1), warm_up_per_day=7).allowance(day) == 5
    assert Limits(warm_up_from=date(2020, 1, 1), warm_up_per_day=7).allowance(day) is None
    assert Limits(warm_up_from=day).allowance(day) is None
    assert not Limits(connections=1, hours="08:00-20:00").are_counted

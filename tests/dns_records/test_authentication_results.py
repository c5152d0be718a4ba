"""What a receiver says of a message, and what only pretends to be said by it."""

import pytest

from newsletter.dns_records.authentication_results import AuthenticationResults, read_received, read_results

GMAIL = """mx.google.com;
       dkim=pass header.i=@press.org header.s=n1 header.b="a;b";
       dkim=fail (a (nested) comment; dkim=pass) header.d=relay.net;
       spf=pass (google.com: domain of x@press.org designates 192.0.2.1) smtp.mailfrom=x@press.org;
       dmarc=PASS (p=NONE sp=NONE dis=NONE) header.from=press.org"""
OWN = "Message-ID: <0.1.ab@press.org>\r\nFrom: desk@press.org\r\n"


@pytest.mark.parametrize(
    ("value", "results"),
    [
        (GMAIL, AuthenticationResults("mx.google.com", "pass", "pass", "pass", ("press.org",))),
        ("mx.b.org 1; none", AuthenticationResults("mx.b.org")),
        ("mx.b.org; spf=softfail", AuthenticationResults("mx.b.org", "softfail")),
        (
            "mx.b.org; dkim/1=fail header.d=a.org; dkim=pass header.d=B.org",
            AuthenticationResults("mx.b.org", dkim="pass", dkim_domains=("b.org",)),
        ),
        ("", AuthenticationResults("")),
        (";;==;(((", AuthenticationResults("")),
    ],
)
def test_results(value: str, results: AuthenticationResults) -> None:
    assert read_results(value) == results


def test_only_the_topmost_of_the_last_receiver_counts() -> None:
    text = (
        f"Received: by x\r\nAuthentication-Results: {GMAIL}\r\nAuthentication-Results: y; spf=fail\r\n{OWN}"
    )
    received = read_received(f"\r\n{text}\r\nbody")
    assert received.message_id == "0.1.ab@press.org"
    assert received.results == read_results(GMAIL)


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}Authentication-Results: {GMAIL}\r\n",  # came with the message: anybody may have written it
        f"Received: by x\r\nARC-Authentication-Results: i=1; {GMAIL}\r\n{OWN}",
        f"Received: by x\r\n\r\nAuthentication-Results: {GMAIL}\r\n",  # in the body
        "",
        "\0\ud800 no headers at all",
    ],
)
def test_what_is_not_said_by_the_receiver(text: str) -> None:
    assert read_received(text).results is None


def test_two_message_ids_are_none() -> None:
    assert read_received(f"{OWN}Message-ID: <other@press.org>\r\n").message_id == ""

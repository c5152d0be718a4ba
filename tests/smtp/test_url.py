"""`SMTP_URL`: what it may say, and that it keeps its password."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Refused
from newsletter.core.host_names import is_loopback
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Dialogue, Encryption, Relay, parse_smtp_url

SECRET = "s3cr3t-canary"


@pytest.mark.parametrize(
    ("text", "relay"),
    [
        ("smtp://relay.example", Relay("relay.example", 25)),
        ("smtp://relay.example/", Relay("relay.example", 25)),
        ("smtp://Relay.EXAMPLE:2525", Relay("relay.example", 2525)),
        ("smtp://u:p@relay.example", Relay("relay.example", 587, user="u", password="p")),
        ("smtps://u:p@relay.example", Relay("relay.example", 465, Encryption.IMPLICIT, "u", "p")),
        ("smtps://relay.example:9", Relay("relay.example", 9, Encryption.IMPLICIT)),
        ("smtp://u%40x:p%3A%2F%C3%A9@r.example", Relay("r.example", 587, user="u@x", password="p:/é")),
        ("smtp://r.example?starttls=never", Relay("r.example", 25, Encryption.NEVER)),
        ("smtp://r.example?starttls=offered", Relay("r.example", 25, Encryption.OFFERED)),
        ("smtp://r.example?starttls=required", Relay("r.example", 25, Encryption.REQUIRED)),
        ("smtp://127.0.0.1:25", Relay("127.0.0.1", 25, Encryption.OFFERED, verify=False, auth_in_clear=True)),
        ("smtp://[::1]", Relay("::1", 25, Encryption.OFFERED, verify=False, auth_in_clear=True)),
        ("smtps://[::1]", Relay("::1", 465, Encryption.IMPLICIT, verify=False, auth_in_clear=True)),
        (
            "smtp://u:p@localhost",
            Relay("localhost", 587, Encryption.OFFERED, "u", "p", verify=False, auth_in_clear=True),
        ),
        ("smtp://localhost?starttls=required", Relay("localhost", 25)),
        ("smtp://127.0.0.1.example", Relay("127.0.0.1.example", 25)),
        ("smtp://10.0.0.1", Relay("10.0.0.1", 25)),
        ("smtp://[::1]:25?verify=no", Relay("::1", 25, verify=False)),
        ("smtp://localhost?verify=no", Relay("localhost", 25, verify=False)),
        ("smtp://bücher.example", Relay("xn--bcher-kva.example", 25)),
        (
            "smtp://u:p@r.example:25?starttls=never&auth_in_clear=yes",
            Relay("r.example", 25, Encryption.NEVER, "u", "p", auth_in_clear=True),
        ),
        ("smtp://r.example?dialogue=plain", Relay("r.example", 25, dialogue=Dialogue.PLAIN)),
        ("smtp://r.example?dialogue=pipelining", Relay("r.example", 25, dialogue=Dialogue.PIPELINING)),
        ("smtp://r.example?dialogue=chunking", Relay("r.example", 25)),
        (
            "smtp://r.example?timeout_end=30&timeout_connect=2.5",
            Relay("r.example", 25, timeouts=Timeouts(end=30, connect=2.5)),
        ),
    ],
)
def test_a_url_becomes_a_relay(text, relay):
    assert parse_smtp_url(text) == relay


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must start with smtp://"),
        ("relay.example:25", "must start with smtp://"),
        ("http://relay.example", "must start with smtp://"),
        ("smtp://", "names no host"),
        ("smtp://:25", "names no host"),
        ("smtp://[::1", "is not a URL"),
        ("smtp://re!lay.example", "not a valid domain name"),
        ("smtp://r.example:0", "port 0"),
        ("smtp://r.example:99999", "no valid port"),
        ("smtp://r.example:x", "no valid port"),
        (f"smtp://u:{SECRET}#x@r.example", "after the host"),
        (f"smtp://u:{SECRET}/x@r.example", "after the host"),
        ("smtp://r.example/path", "after the host"),
        ("smtp://u@r.example", "both a user and a password"),
        (f"smtp://:{SECRET}@r.example", "both a user and a password"),
        (f"smtp://u:{SECRET}%FF@r.example", "not UTF-8"),
        (f"smtp://u:{SECRET}%0D%0A@r.example", "control character"),
        ("smtp://r.example ", "space or a control"),
        ("smtp://r.ex\nample", "space or a control"),
        ("smtp://r.example?tls=yes", "unknown option"),
        ("smtp://r.example?verify=yes&verify=no", "twice"),
        ("smtp://r.example?starttls=maybe", "unknown starttls"),
        ("smtp://r.example?dialogue=fast", "unknown dialogue"),
        ("smtps://r.example?starttls=never", "no meaning"),
        ("smtp://r.example?verify=maybe", "unknown verify"),
        ("smtp://r.example?verify=no", "only for this machine"),
        ("smtp://127.0.0.1.example?verify=no", "only for this machine"),
        ("smtp://r.example?timeout_end=0", "wrong timeout_end"),
        ("smtp://r.example?timeout_end=nan", "wrong timeout_end"),
        ("smtp://r.example?timeout_end=inf", "wrong timeout_end"),
        ("smtp://r.example?timeout_end=soon", "wrong timeout_end"),
        ("smtp://r.example?ca=/nowhere/ca.pem", "does not exist"),
        (f"smtp://u:{SECRET}@r.example?starttls=never", "without encryption"),
    ],
)
def test_a_wrong_url_is_refused_in_a_sentence(text, says):
    with pytest.raises(Refused, match=says) as refused:
        parse_smtp_url(text)
    assert refused.value.message.startswith("SMTP_URL ")
    assert refused.value.message.endswith(".")
    assert "SMTP_URL" in refused.value.fields
    assert SECRET not in str(refused.value)
    assert SECRET not in repr(refused.value.fields)


@given(st.text(max_size=40))
def test_any_text_is_a_relay_or_refused(text):
    for candidate in (text, "smtp://" + text, "smtp://u:p@" + text):
        try:
            relay = parse_smtp_url(candidate)
        except Refused:
            continue
        assert 0 < relay.port < 65536
        assert relay.host


def test_the_password_does_not_show():
    relay = parse_smtp_url(f"smtp://user:{SECRET}@relay.example")
    for text in (repr(relay), str(relay), f"{relay}", relay.describe(), relay.where):
        assert SECRET not in text
    assert relay.describe() == "user@relay.example:587 (encryption required)"
    assert pickle.loads(pickle.dumps(relay)).password == SECRET


def test_the_fastest_dialogue_is_the_default():
    assert parse_smtp_url("smtp://r.example").dialogue is max(Dialogue)


def test_loopback():
    assert all(map(is_loopback, ["localhost", "x.localhost", "127.0.0.1", "127.9.9.9", "::1"]))
    assert not any(
        map(is_loopback, ["localhost.example", "10.0.0.1", "::", "0.0.0.0", "relay", "127.0.0.1.example"])
    )


def test_a_ca_file_is_kept(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("")
    assert parse_smtp_url(f"smtp://r.example?ca={path}").ca_file == path

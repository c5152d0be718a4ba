"""The mailbox pages: whole, harmless whatever lands in them, and only where nobody else can look."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from newsletter.app import create_app
from newsletter.settings import Settings
from newsletter.smtp.mailbox.server import Catcher
from newsletter.smtp.mailbox.store import CaughtMessage, write_message
from newsletter.web.dev.access import COOKIE, was_forwarded
from newsletter.web.dev.caught_email import as_caught_email
from newsletter.web.dev.mailbox import PAGE, belongs_here

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLAIN = b"From: Ana <ana@example.org>\r\nSubject: Hello\r\n\r\nWords.\r\n"
BOTH = (
    b"From: =?utf-8?q?Ren=C3=A9?= <rene@example.org>\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nRead \xc3\xa9 here\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head><title>x</title></head><body><script>alert(1)</script><a href='/x'>go</a></body></html>\r\n"
    b"--b--\r\n"
)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """These pages read no database: one kind is enough."""
    return f"sqlite:///{tmp_path / 'newsletter.db'}"


@pytest.fixture
def folder(settings: Settings) -> Path:
    settings.mailbox_dir.mkdir(parents=True)
    return settings.mailbox_dir


@pytest.fixture
def client(client: FlaskClient, settings: Settings) -> FlaskClient:
    """A browser that has opened the address which was printed."""
    client.get(f"/dev/mailbox?secret={settings.mailbox_secret}")
    return client


def catch(folder: Path, raw: bytes = PLAIN, to: str = "bea@example.org", second: int = 0) -> str:
    now = START + timedelta(seconds=second)
    return write_message(folder, "bounce@example.org", [to], raw, now=now, counter=second)


def test_an_empty_mailbox_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/dev/mailbox")
    assert page.status_code == 200
    assert "No messages yet" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_list_and_message(client: FlaskClient, folder: Path) -> None:
    message_id = catch(folder, BOTH)
    listing = client.get("/dev/mailbox").text
    assert "Café" in listing
    assert "René" in listing
    assert "bea@example.org" in listing
    views = {
        view: client.get(f"/dev/mailbox/{message_id}?view={view}").text for view in ("text", "headers", "raw")
    }
    assert "Read é here" in views["text"]
    assert "René &lt;rene@example.org&gt;" in views["headers"]
    assert "=?utf-8?q?Caf=C3=A9?=" in views["raw"]
    assert client.get(f"/dev/mailbox/{message_id}?view=nonsense").status_code == 404


def test_the_html_runs_nothing_and_its_links_leave_the_frame(client: FlaskClient, folder: Path) -> None:
    message_id = catch(folder, BOTH)
    page = client.get(f"/dev/mailbox/{message_id}")
    frame = re.search(r"<iframe[^>]*>", page.text)
    assert frame is not None
    assert f'src="/dev/mailbox/{message_id}/html"' in frame[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame[0]
    assert "alert(1)" not in page.text
    html = client.get(f"/dev/mailbox/{message_id}/html")
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "script" not in policy
    assert "default-src 'none'" in policy
    assert '<head><base target="_blank"><title>' in html.text


def test_a_message_without_html(client: FlaskClient, folder: Path) -> None:
    found = catch(folder)
    assert client.get(f"/dev/mailbox/{found}/html").status_code == 404
    assert "Words." in client.get(f"/dev/mailbox/{found}").text


@pytest.mark.parametrize("message_id", ["nonsense", "20260302T080000000000-000000", "..%2Fsecret-key"])
def test_a_message_that_is_not_there(client: FlaskClient, message_id: str) -> None:
    for url in (f"/dev/mailbox/{message_id}", f"/dev/mailbox/{message_id}/html"):
        assert client.get(url).status_code == 404


def test_find_by_recipient(client: FlaskClient, folder: Path) -> None:
    catch(folder, to="Bea@example.org", second=1)
    wanted = catch(folder, to="carl@example.org", second=2)
    assert "bea@" not in client.get("/dev/mailbox?recipient=CARL").text.lower()
    assert "No message to “dora”" in client.get("/dev/mailbox?recipient=dora").text
    [found] = client.get("/dev/mailbox.json?recipient=carl").get_json()["messages"]
    assert found["id"] == wanted
    assert found["recipients"] == ["carl@example.org"]
    assert found["date"] == "2026-03-02T08:00:02+00:00"
    whole = client.get(f"/dev/mailbox/{wanted}.json").get_json()
    assert whole["text"].strip() == "Words."
    assert ["Subject", "Hello"] in whole["headers"]


def test_pages_of_many(client: FlaskClient, folder: Path) -> None:
    ids = [catch(folder, to="odd@x.org" if n % 2 else "even@x.org", second=n) for n in range(2 * PAGE + 5)]
    seen: list[str] = []
    url: str | None = "/dev/mailbox"
    while url:
        page = client.get(url).text
        seen += re.findall(r'href="/dev/mailbox/([0-9T]+-[0-9]+)\?', page)
        older = re.search(r'href="(/dev/mailbox\?[^"]*before=[^"]+)"', page)
        url = older[1].replace("&amp;", "&") if older else None
    assert seen == ids[::-1]
    odd = client.get("/dev/mailbox?recipient=odd").text
    assert f"{PAGE} messages of {len(ids)}" in odd
    assert "recipient=odd&amp;before=" in odd
    assert len(client.get("/dev/mailbox.json?limit=3").get_json()["messages"]) == 3
    assert len(client.get("/dev/mailbox.json?limit=junk").get_json()["messages"]) == PAGE


def test_from_one_message_to_the_next(client: FlaskClient, folder: Path) -> None:
    first, second, third = (catch(folder, second=n) for n in range(3))
    page = client.get(f"/dev/mailbox/{second}?view=text").text
    assert f'href="/dev/mailbox/{third}?view=text"' in page
    assert f'href="/dev/mailbox/{first}?view=text"' in page


def test_empty_it(client: FlaskClient, folder: Path) -> None:
    catch(folder)
    assert client.get("/dev/mailbox/empty").status_code == 404  # GET changes nothing
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "null"},
    ):
        assert client.post("/dev/mailbox/empty", headers=headers).status_code == 403
    assert len(client.get("/dev/mailbox.json").get_json()["messages"]) == 1
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/dev/mailbox/empty", headers=ours).status_code == 303
    assert client.get("/dev/mailbox.json").get_json()["messages"] == []


MALFORMED = [
    b"",
    b"\xff\xfe\x00",
    b"no header at all",
    b"Subject: =?utf-8?b?!!!?=\r\nFrom: =?nope?q?=E9?= <a@b>\r\n\r\nx",
    b"Subject: \xe9\xe9\r\nDate: never\r\n\r\n\xe9",
    b"Content-Type: text/html; charset=klingon\r\n\r\n<p>\xe9",
    b"Content-Type: multipart/alternative\r\n\r\n--x\r\n\r\nno boundary",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!not base64!!",
    b"Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a",
    b'Content-Type: text/html; charset="utf-8\r\n\r\n<script>alert(1)</script>',
    b"Subject: <script>alert(1)</script>\r\n\r\n",
    b": nameless\r\n" * 1000 + b"\r\n",
]


@pytest.mark.parametrize("raw", MALFORMED)
def test_malformed_messages_are_shown(client: FlaskClient, folder: Path, raw: bytes) -> None:
    message_id = catch(folder, raw)
    pages = [client.get("/dev/mailbox"), client.get("/dev/mailbox.json")]
    pages += [
        client.get(f"/dev/mailbox/{message_id}?view={view}") for view in ("html", "text", "headers", "raw")
    ]
    assert [page.status_code for page in pages] == [200] * 6
    assert all("<script>alert" not in page.text for page in pages if page.mimetype == "text/html")
    assert client.get(f"/dev/mailbox/{message_id}/html").status_code in {200, 404}


@given(raw=st.binary(max_size=400), head=st.sampled_from(MALFORMED))
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_reading_never_raises(raw: bytes, head: bytes) -> None:
    caught = as_caught_email(CaughtMessage("1", START, "", (), head + raw))
    assert not re.search(r"[\x00-\x08\ud800-\udfff]", caught.subject + caught.sender)


def test_what_the_server_keeps_is_what_the_pages_show(client: FlaskClient, folder: Path) -> None:
    class Caught:
        mail_from = "bounce@example.org"
        rcpt_tos = ("bea@example.org",)
        content = PLAIN

    Catcher(folder).keep(Caught())  # type: ignore[arg-type]
    [found] = client.get("/dev/mailbox.json").get_json()["messages"]
    assert found["sender"] == "Ana <ana@example.org>"


@pytest.mark.parametrize(
    ("changes", "exists"),
    [
        ({}, True),
        ({"host": "::1", "public_url": "http://[::1]:8000"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.0.2.1"}, False),
        ({"smtp_url": SecretStr("smtp://relay.example.org")}, False),
        ({"public_url": "https://news.example.org"}, False),  # a proxy stands before it
    ],
)
def test_only_on_ones_own_machine(settings: Settings, changes: dict[str, object], exists: bool) -> None:
    changed = settings.model_copy(update=changes)
    assert belongs_here(changed) is exists
    client = create_app(changed).test_client()
    client.set_cookie(COOKIE, settings.mailbox_secret)
    for url in ("/dev/mailbox", "/dev/mailbox.json"):
        assert client.get(url).status_code == (200 if exists else 404)


@pytest.mark.parametrize("host", ["evil.example", "192.0.2.1:8000", "localhost.evil.example"])
def test_a_name_that_was_made_to_mean_this_machine(client: FlaskClient, folder: Path, host: str) -> None:
    found = catch(folder)
    for url in ("/dev/mailbox", "/dev/mailbox.json", f"/dev/mailbox/{found}"):
        assert client.get(url, headers={"Host": host}).status_code == 404
    assert client.post("/dev/mailbox/empty", headers={"Host": host}).status_code == 404


LISTS = ("/dev/mailbox", "/dev/mailbox.json")
PAGES = (*LISTS, "/dev/mailbox/{id}", "/dev/mailbox/{id}.json", "/dev/mailbox/{id}/html")


def test_every_page_wants_the_secret(app: Flask, folder: Path, settings: Settings) -> None:
    found = catch(folder, BOTH)
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dev_mailbox.")]
    assert len(routes) == 6
    for rule in routes:
        path = rule.rule.replace("<message_id>", found)
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        for wrong in ("", "?secret=", "?secret=nonsense", f"?secret={settings.mailbox_secret[:-1]}"):
            refused = app.test_client().open(path + wrong, method=method)
            assert refused.status_code == 403, path
            assert "Set-Cookie" not in refused.headers
            assert "rene@" not in refused.text


def test_the_secret_leaves_the_address_for_a_cookie(app: Flask, folder: Path, settings: Settings) -> None:
    browser, secret = app.test_client(), settings.mailbox_secret
    catch(folder)
    opened = browser.get(f"/dev/mailbox?recipient=bea&secret={secret}")
    assert opened.location == "/dev/mailbox?recipient=bea"
    cookie = opened.headers["Set-Cookie"]
    assert all(word in cookie for word in (secret, "HttpOnly", "SameSite=Strict", "Path=/dev;"))
    assert "ana@example.org" in browser.get(opened.location).text
    assert browser.get("/dev/mailbox.json").status_code == 200
    program = app.test_client(use_cookies=False).get(f"/dev/mailbox.json?secret={secret}")
    assert len(program.get_json()["messages"]) == 1


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"]
)
def test_whoever_comes_through_a_proxy_sees_nothing(client: FlaskClient, folder: Path, header: str) -> None:
    found = catch(folder)
    for page in PAGES:
        assert client.get(page.format(id=found), headers={header: "127.0.0.1"}).status_code == 404
    assert client.post("/dev/mailbox/empty", headers={header: "localhost"}).status_code == 404
    assert not was_forwarded(["Host", "Accept", "Sec-Fetch-Site", "Upgrade-Insecure-Requests"])

"""Every kind of system message, in every language, is whole, safe and what the standards ask for."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.core import i18n
from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.core.paths import templates_dir
from newsletter.core.tokens import Signer
from newsletter.outbox.kinds import KINDS
from newsletter.outbox.system_email import SystemEmail, SystemFigure, message_id, write

LINKS = Links("https://news.example.org", Signer(["secret"]))
FACTS: dict[str, Any] = {"subscription_id": 12, "subscriber_id": 7, "user_id": 3, "state": 5} | {
    "slug": "weekly",
    "issue_id": 9,
    "comment_id": 4,
    "due_at": "2026-12-04T07:00:00+00:00",
    "zone": "Europe/Rome",
    "moment": 6,
    "change_id": 10,
    "new_address": "a…@new.example",
    "reply_to": "cleo@readers.example",
    "subject": "Re: Issue one",
    "text": "Thank you!",
    "records": "DMARC: _dmarc.weekly.example",
    "mailing_id": 8,
    "figures": [
        ["sent", 61_204, 61_930],
        ["clicks", 1_204, 61_204],
        ["complaints", 31, 61_204],
        ["bounced", 3, 40],
    ],
}
KEYS = [kind.key for kind in KINDS]
LANGUAGES = ("en", "de", "it", "ar", "fr")

SYSTEM_EMAIL = SystemEmail(
    message_id=41,
    kind="confirmation",
    locale="en",
    recipient="ana@example.org",
    asked_at=datetime(2026, 7, 3, 12, 4, tzinfo=UTC),
    link=LINKS.confirm(12),
    name="The Weekly",
    sender_name="The Weekly",
    sender_email="editor@weekly.example",
    reply_to="desk@weekly.example",
    new_address="a…@new.example",
    postal_address="1 Mill Lane\n1000 Sampleton",
    timezone="Europe/Rome",
)


def parsed(system_email: SystemEmail) -> EmailMessage:
    message = email.message_from_bytes(write(system_email).body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_each_kind_has_its_templates_and_no_template_is_left_over() -> None:
    folder = templates_dir() / "email" / "system"
    names = {path.name for path in folder.iterdir() if not path.name.startswith("_")}
    assert names == {f"{kind}.{suffix}" for kind in KEYS for suffix in ("html", "txt")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KEYS)
def test_each_kind_in_each_language(kind: str, language: str) -> None:
    system_email = replace(SYSTEM_EMAIL, kind=kind, locale=language, link=KINDS[kind].link(LINKS, FACTS))
    message = parsed(system_email)
    subject, text, html = str(message["Subject"]), part(message, "plain"), part(message, "html")
    assert system_email.name in subject
    assert text.count(system_email.link) == 1
    assert "%(" not in text + html + subject
    tree = lxml_html.document_fromstring(html)
    assert tree.get("lang") == language
    assert tree.get("dir") == i18n.direction(language)
    assert tree.findtext(".//title") == subject
    assert [link.get("href") for link in tree.iter("a")] == [system_email.link, system_email.link]
    assert all(table.get("role") == "presentation" for table in tree.iter("table"))
    for words in (text, tree.text_content()):
        assert system_email.recipient in " ".join(words.split())
        assert "2026" in words
        assert "Sampleton" in words
    if language != "en":
        english = parsed(replace(system_email, locale="en"))
        assert subject != english["Subject"]
        assert not set(sentences(text)) & set(sentences(part(english, "plain")))
        assert message["Content-Language"] == language


def sentences(text: str) -> list[str]:
    """The lines that are words, not a name, an address or a link."""
    return [line for line in text.splitlines() if len(line) > 30 and "://" not in line]


def test_headers_say_that_a_program_wrote_it() -> None:
    message = parsed(SYSTEM_EMAIL)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "The Weekly <editor@weekly.example>"
    assert message["To"] == "ana@example.org"
    assert message["Reply-To"] == "desk@weekly.example"
    assert message["Date"] == "Fri, 03 Jul 2026 12:04:00 +0000"
    assert message["Message-ID"] == f"<{message_id(SYSTEM_EMAIL)}>"
    assert message_id(SYSTEM_EMAIL).endswith("@weekly.example")
    assert not any(name.lower().startswith("list-") for name in message)


def test_lines_are_wrapped_and_the_link_is_not() -> None:
    text = part(parsed(replace(SYSTEM_EMAIL, locale="de", name="Die Woche")), "plain")
    assert max(len(line) for line in text.splitlines() if "://" not in line) <= 76
    assert SYSTEM_EMAIL.link in text.splitlines()
    assert "-- " in text.splitlines()


def test_times_say_their_zone() -> None:
    text = " ".join(part(parsed(SYSTEM_EMAIL), "plain").splitlines())
    assert "Friday, 3 July 2026 at 2:04\N{NO-BREAK SPACE}PM (Central European Summer Time)" in text
    assert "12:04" in part(parsed(replace(SYSTEM_EMAIL, timezone="Nowhere/Land")), "plain")


@pytest.mark.parametrize("kind", ["issue_due", "summary_scheduled", "mailing_report"])
def test_the_time_it_is_about_has_its_own_zone(kind: str) -> None:
    due_at = datetime(2026, 12, 4, 7, tzinfo=UTC)
    text = " ".join(part(parsed(replace(SYSTEM_EMAIL, kind=kind, due_at=due_at)), "plain").split())
    assert "4 December 2026 at 8:00 AM (Central European Standard Time)" in text


def test_signs_have_the_space_that_french_gives_them() -> None:
    report = replace(SYSTEM_EMAIL, kind="mailing_report", locale="fr", due_at=SYSTEM_EMAIL.asked_at)
    text = part(parsed(replace(report, figures=(SystemFigure("sent", 300, 400),))), "plain")
    assert "Envoyés\N{NO-BREAK SPACE}: 300 sur 400 (75,0\N{NO-BREAK SPACE}%)" in text
    assert "Ouvrir le rapport\N{NO-BREAK SPACE}:" in text.splitlines()


def test_the_same_message_again_has_the_same_message_id_and_another_message_another() -> None:
    assert message_id(replace(SYSTEM_EMAIL, link=LINKS.confirm(13))) == message_id(SYSTEM_EMAIL)
    assert message_id(replace(SYSTEM_EMAIL, message_id=42)) != message_id(SYSTEM_EMAIL)
    assert message_id(replace(SYSTEM_EMAIL, asked_at=datetime(2026, 7, 4, tzinfo=UTC))) != message_id(
        SYSTEM_EMAIL
    )


@pytest.mark.parametrize("locale", ["xx", "", "en-GB", "de-AT", "pt_BR", "../../etc"])
def test_any_locale_finds_a_language(locale: str) -> None:
    message = parsed(replace(SYSTEM_EMAIL, locale=locale))
    assert message["Content-Language"] == ("de-AT" if locale == "de-AT" else "en")


def test_a_sender_that_is_no_address_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        write(replace(SYSTEM_EMAIL, sender_email="not an address"))
    assert "from_email" in refused.value.fields


def test_an_address_beyond_ascii_asks_for_smtputf8() -> None:
    assert write(replace(SYSTEM_EMAIL, recipient="añá@example.org")).smtputf8
    assert not write(SYSTEM_EMAIL).smtputf8


@given(name=st.text(min_size=1, max_size=80), postal=st.text(max_size=80))
def test_no_name_breaks_out_of_html_or_header(name: str, postal: str) -> None:
    message = parsed(replace(SYSTEM_EMAIL, name=name, sender_name=name, postal_address=postal))
    tree = lxml_html.document_fromstring(part(message, "html"))
    assert not list(tree.iter("script", "img", "iframe"))
    assert len(list(tree.iter("a"))) == 2
    names = [header.lower() for header in message]
    assert len(names) == len(set(names)) == 11

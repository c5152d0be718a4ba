"""As an editor I send the weekly digest to all readers, and each gets a faultless message of their own.

Everything is done at the command line; Celery's workers run as in the Procfile; the receiver is Postfix's.
"""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from newsletter.core.tokens import Purpose, Signer
from newsletter.document import Document
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.merge import with_defaults
from newsletter.document.section import Section
from newsletter.subscribers.models import Subscriber, Subscription
from tests.extent import usual
from tests.features import mail, story
from tests.features.conftest import Install, application
from tests.features.readers import Reader, make_readers, write_csv
from tests.features.unchanged import reading_session
from tests.processes import Installation
from tests.servers.postfix import Received, SmtpSink

READERS = {"postgresql": usual(1_000, soak=5_000), "sqlite": usual(200, soak=5_000)}
SAMPLE = usual(100, soak=500)
PUBLIC_URL = "https://letters.coalition.example"
UNSUBSCRIBE = re.compile(rf"<({re.escape(PUBLIC_URL)}/u/[A-Za-z0-9_-]+)>")
LITERAL_UNSUBSCRIBE = re.compile(
    rb"^List-Unsubscribe: <https://[!-;=?-~]+>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n", re.M
)


def test_a_digest_reaches_every_reader(install: Install, database: str | None, tmp_path: Path) -> None:
    readers = make_readers(READERS["postgresql" if database else "sqlite"])
    with SmtpSink() as sink:
        installation = install(sink.url, PUBLIC_URL=PUBLIC_URL)
        assert installation.run_cli("db", "upgrade").exit == 0
        story.create_publication(installation)
        import_readers(installation, write_csv(tmp_path / "readers.csv", readers), len(readers))
        picture = story.add_picture(installation, tmp_path)
        issue, document = story.import_digest(installation, tmp_path, picture)
        assert installation.ask("issue", "check", str(issue))["blocking"] == 0
        installation.start("bulk", "periodic")
        before = datetime.now(UTC)
        status = story.send(installation, issue)
        after = datetime.now(UTC)

        assert status["candidates"] == status["sent"] == len(readers)
        assert status["excluded"] == {}
        installation.stop(patience=0)
        received = {message.recipient: message for message in sink.messages()}
        assert len(sink) == len(readers)
        assert received.keys() == {reader.envelope for reader in readers}

        headers = check_every_message(readers, received, before, after)
        check_unsubscribe_links(installation, status["mailing"], headers)
        for reader in random.Random(5000).sample(readers, SAMPLE):
            check_whole_message(reader, received[reader.envelope].raw, document)


def import_readers(installation: Installation, file: Path, count: int) -> None:
    result = installation.ask("subscribers", "import", file, "--publication", story.SLUG)
    counts = {name: result[name] for name in ("imported", "already", "skipped", "errors")}
    assert counts == {"imported": count, "already": 0, "skipped": {}, "errors": []}
    assert result["columns"]["ignored"] == ["City"]


def check_every_message(
    readers: list[Reader], received: dict[str, Received], before: datetime, after: datetime
) -> dict[str, dict[str, str]]:
    """The cheap checks, for each of all messages; the headers of each recipient."""
    messages = {}
    for reader in readers:
        sender, _, raw = received[reader.envelope]
        mail.check_lines(raw)
        assert sender == story.SENDER_EMAIL
        assert LITERAL_UNSUBSCRIBE.search(raw), raw[:2000]
        assert "{{" in reader.name or not mail.UNFILLED.search(raw), mail.UNFILLED.search(raw)
        messages[reader.envelope] = headers = mail.headers_of(raw)
        assert headers["to"].endswith((f"<{reader.envelope}>", reader.envelope)), headers["to"]
        date = parsedate_to_datetime(headers["date"])
        assert before - timedelta(seconds=1) <= date <= after, date
    ids = {headers["message-id"] for headers in messages.values()}
    assert len(ids) == len(readers)
    assert all(re.fullmatch(r"<[^@<>\s]+@coalition\.example>", message_id) for message_id in ids)
    # Nothing but what is a recipient's own differs.
    own = {"to", "subject", "date", "message-id", "list-unsubscribe"}
    assert len({tuple((k, v) for k, v in one.items() if k not in own) for one in messages.values()}) == 1
    shared = next(iter(messages.values()))
    assert shared["from"] == story.SENDER
    assert shared["list-id"] == f"Coalition Weekly <{story.SLUG}.coalition.example>"
    assert shared["feedback-id"].count(":") == 3
    assert shared["list-post"] == "NO"
    return messages


def check_unsubscribe_links(
    installation: Installation, mailing: int, headers: dict[str, dict[str, str]]
) -> None:
    """Each recipient's header leads to the page of their own subscription, and only theirs."""
    settings = installation.settings
    signer = Signer(settings.secrets)
    emails = _addresses(installation)
    seen = set()
    with application(settings) as app:
        routes = app.url_map.bind(urlsplit(PUBLIC_URL).netloc, url_scheme="https")
        for envelope, one in headers.items():
            match = UNSUBSCRIBE.fullmatch(one["list-unsubscribe"])
            assert match is not None, one["list-unsubscribe"]
            for method in ("GET", "POST"):
                endpoint, arguments = routes.match(urlsplit(match[1]).path, method=method)
                assert endpoint == {"GET": "unsubscribe.show", "POST": "unsubscribe.end_subscription"}[method]
            subscription, of_mailing = signer.read(Purpose.UNSUBSCRIBE, arguments["token"]).ids
            assert of_mailing == mailing
            assert emails[subscription].replace("bücher", "xn--bcher-kva") == envelope
            seen.add(subscription)
    assert len(seen) == len(headers)


def check_whole_message(reader: Reader, raw: bytes, document: Document) -> None:
    """The dear checks: two parsers, both bodies whole, and the reader's own words in their places."""
    message = mail.parse(raw)
    mail.check_second_parser(raw, message, reader.name, reader.envelope)
    text, html = mail.content(message, "plain"), mail.content(message, "html")
    assert message["subject"] == f"The northern line is back, {reader.greeted or 'dear reader'}"
    assert f"Dear {reader.greeted or 'reader'}," in text
    assert f"Dear <bdi>{_escaped(reader.first_name) or 'reader'}</bdi>," in html
    mail.check_inlined(html)
    _check_text(text, document)
    unsubscribe = str(message["list-unsubscribe"]).strip("<>")
    led_to = mail.links(html)
    for link in (unsubscribe, *_urls(document)):
        assert link in text
        assert link in led_to
    assert all(link.startswith(("https://", "mailto:")) for link in led_to), led_to


def _shown(section: Section) -> tuple[Any, ...]:
    """The items of a section that stand in the email."""
    items = section.shown if isinstance(section, LatestSection) else getattr(section, "items", ())
    return tuple(item for item in items if not isinstance(item, str))


def _check_text(text: str, document: Document) -> None:
    """The text part has every title and headline that the email shows, and the postal address."""
    flat = " ".join(text.split())
    for section in document.sections:
        words = [getattr(section, "title", ""), getattr(section, "headline", "")]
        words += [getattr(item, "headline", "") for item in _shown(section)]
        for phrase in filter(None, words):
            assert with_defaults(phrase) in flat, phrase
        if isinstance(section, LatestSection):
            assert f"{section.overflow} more on the web" in flat
    for line in story.POSTAL_ADDRESS:
        assert line in text


def _urls(document: Document) -> Iterator[str]:
    """What every reader can go to from the email; what is only on the web page is left out."""
    for section in document.sections:
        for thing in (section, *_shown(section)):
            for name in ("url", "permalink"):
                if url := getattr(thing, name, ""):
                    yield with_defaults(url)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _addresses(installation: Installation) -> dict[int, str]:
    """The address of each subscription."""
    join = select(Subscription.id, Subscriber.email).join(
        Subscriber, Subscriber.id == Subscription.subscriber_id
    )
    with reading_session(installation) as session:
        return {row[0]: row[1] or "" for row in session.execute(join)}

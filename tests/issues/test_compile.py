"""From rows to a message: its header, its pictures, its links."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image as Picture
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.core.tokens import Signer
from newsletter.document import Document, loads
from newsletter.document.blocks import BLOCKS
from newsletter.issues.compile import compile_issue, sender_domain
from newsletter.issues.example import example_values, subscriber_values
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.media.files import MediaFiles
from newsletter.media.models import MediaFile
from newsletter.media.store import store_image
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.settings import Settings
from tests.factories import make_publication, make_subscription

HTTPS = Links("https://news.example.org", Signer(["a secret"]))


def document(*keys: str, **changes: object) -> Document:
    """A document with the example of each block."""
    sections = tuple(BLOCKS[key].example() for key in keys)
    return Document(title="Week one", subject="A quiet week", slug="week-one", sections=sections).model_copy(
        update=changes
    )


def compiled_from(
    session: Session, publication: Publication, given: Document, links: Links = HTTPS
) -> CompiledMessage:
    return compile_issue(session, save_document(session, publication, given).revision, publication, links)


def parsed(compiled: CompiledMessage, values: dict[str, str]) -> EmailMessage:
    message = message_from_bytes(compiled.fill(values), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture
def stored(session: Session, settings: Settings) -> MediaFile:
    file = BytesIO()
    Picture.new("RGB", (1600, 800), (40, 90, 110)).save(file, "png")
    words = {"alt": "A grey sea", "credit": "Ilse Brandt", "licence": "CC BY 4.0", "caption": "In March."}
    return store_image(session, MediaFiles(settings.media_dir), file.getvalue(), **words)


def test_the_header_says_who_and_how_to_leave(session: Session) -> None:
    publication = make_publication(session, name="Wöchentlich")
    message = parsed(
        compiled_from(session, publication, document("text")), example_values(publication, HTTPS)
    )
    assert str(message["From"]) == "The Weekly <editor@weekly.example>"
    assert message["Reply-To"] == "desk@weekly.example"
    assert str(message["List-Id"]) == "Wöchentlich <weekly.weekly.example>"
    assert message["List-Unsubscribe"].startswith("<https://news.example.org/u/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Archive"] == "<https://news.example.org/archive/weekly/>"
    assert message["List-Help"] == "<https://news.example.org/subscribe/weekly>"
    assert message["List-Owner"] == "<mailto:desk@weekly.example>"
    assert message["List-Post"] == "NO"
    assert message["Feedback-ID"].startswith("0:weekly:digest:")
    assert message["Message-ID"].endswith("@weekly.example>")


def test_one_click_needs_https(session: Session, links: Links) -> None:
    publication = make_publication(session)
    message = parsed(
        compiled_from(session, publication, document("text"), links), example_values(publication, links)
    )
    assert message["List-Unsubscribe"].startswith("<http://localhost/u/")
    assert "List-Unsubscribe-Post" not in message


def test_every_block_is_compiled_with_its_reader(session: Session) -> None:
    publication = make_publication(session)
    reader = make_subscription(session, publication, "ana@readers.example", name="Ana Petrović").subscriber
    compiled = compiled_from(session, publication, document(*BLOCKS.keys()))
    values = subscriber_values(session, publication, reader, HTTPS)
    assert "Dear Ana," in compiled.fill_text(values)
    assert "Dear reader," in compiled.fill_text(example_values(publication, HTTPS))
    assert values["unsubscribe_url"] in compiled.fill_html(values)
    assert "1 Mill Lane" in compiled.fill_html(values)
    assert CompiledMessage.from_json(compiled.to_json()).fill(values) == compiled.fill(values)


def test_an_uploaded_picture_brings_its_words(session: Session, stored: MediaFile) -> None:
    publication = make_publication(session)
    section = {"type": "image", "id": "p", "image": {"src": f"media:{stored.key}"}}
    given = {"title": "T", "subject": "S", "sections": [section]}
    html = compiled_from(session, publication, loads(json.dumps(given))).fill_html({})
    assert f"https://news.example.org/media/{stored.key}/1200.png" in html
    for word in ("A grey sea", "Ilse Brandt", "CC BY 4.0", "In March."):
        assert word in html
    section["image"] |= {"alt": "The sea in March", "credit": "The harbour master"}  # type: ignore[operator]
    html = compiled_from(session, publication, loads(json.dumps(given))).fill_html({})
    assert "A grey sea" not in html
    assert "The harbour master" in html
    assert "CC BY 4.0" in html


def test_a_picture_that_is_not_in_the_library_is_refused(session: Session) -> None:
    section = {"type": "image", "id": "p", "image": {"src": "media:0123"}}
    given = loads(json.dumps({"title": "T", "subject": "S", "sections": [section]}))
    with pytest.raises(Refused, match="no uploaded image called “0123”"):
        compiled_from(session, make_publication(session), given)


def test_the_logo_of_the_publication_is_shown(session: Session, stored: MediaFile) -> None:
    publication = make_publication(session, logo=stored.key)
    html = compiled_from(session, publication, document("text")).fill_html({})
    assert f"/media/{stored.key}/600.png" in html


def test_the_header_images_of_the_publication_are_shown(session: Session, stored: MediaFile) -> None:
    tokens = {"header_image": stored.key, "header_dark": stored.key, "header_alt": "The Morning"}
    publication = make_publication(session)
    publication.theme_tokens = tokens
    html = compiled_from(session, publication, document("text")).fill_html({})
    assert html.count(f"/media/{stored.key}/1200.") == 2
    assert 'alt="The Morning"' in html


def test_a_preview_says_the_number_that_the_issue_will_have(session: Session) -> None:
    publication = make_publication(session)
    first = save_document(session, publication, document("text", slug="first"))
    publish_issue(session, first.revision)
    second = save_document(session, publication, document("text", slug="second"))
    assert "Issue 2" in compile_issue(session, second.revision, publication, HTTPS).fill_text({})
    assert "Issue 1" in compile_issue(session, first.revision, publication, HTTPS).fill_text({})


def test_a_sender_that_is_no_address_is_refused_by_name(session: Session) -> None:
    publication = make_publication(session, sender_email="nobody")
    with pytest.raises(Refused) as caught:
        compiled_from(session, publication, document("text"))
    assert list(caught.value.fields) == ["from_email"]


def test_the_senders_domain_is_written_in_ascii(session: Session) -> None:
    assert (
        sender_domain(make_publication(session, sender_email="a@Bücher.example")) == "xn--bcher-kva.example"
    )
    assert sender_domain(make_publication(session, "none", sender_email="")) == ""


def test_a_sender_with_an_international_domain_has_a_header_in_ascii(session: Session) -> None:
    publication = make_publication(session, sender_email="ana&bo@größe.example", reply_to="")
    octets = compiled_from(session, publication, document("text")).fill(example_values(publication, HTTPS))
    message = message_from_bytes(octets, policy=policy.default)
    assert message["From"] == "The Weekly <ana&bo@xn--gre-6ka8i.example>"
    assert message["List-Owner"] == "<mailto:ana%26bo@xn--gre-6ka8i.example>"
    assert message["List-Id"].endswith("<weekly.xn--gre-6ka8i.example>")


def test_links_of_the_message_are_pages(session: Session, app: Flask, links: Links) -> None:
    publication = make_publication(session)
    adapter = app.url_map.bind("localhost")
    for url in (
        links.issue(publication.slug, "week-one"),
        links.issue_email(publication.slug, "week-one"),
        links.archive(publication.slug),
        links.feed(publication.slug),
        links.media("0a1b/600.png"),
    ):
        assert adapter.match(url.removeprefix("http://localhost"), method="GET")

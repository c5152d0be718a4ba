"""Make what a test needs, by its name in the domain."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.document import loads
from newsletter.issues.models import Issue, Revision
from newsletter.issues.models import ProofMessage as KeptTest
from newsletter.issues.save import save_document
from newsletter.publications.create import create_publication
from newsletter.publications.models import Publication
from newsletter.subscribers.models import State, Subscriber, Subscription
from newsletter.subscribers.personal_files import PersonalFiles, personal_files

FIXTURES = Path(__file__).parent / "fixtures"
REFERENCE_DIGEST = FIXTURES / "reference_digest.json"


def make_publication(session: Session, slug: str = "weekly", **facts: str) -> Publication:
    """A publication that may send."""
    given = {
        "name": "The Weekly",
        "sender_name": "The Weekly",
        "sender_email": "editor@weekly.example",
        "reply_to": "desk@weekly.example",
        "postal_address": "1 Mill Lane, 1000 Sampleton",
    } | facts
    publication = Publication(slug=slug, **given)
    session.add(publication)
    session.flush()
    return publication


def make_publication_with_reader(session: Session, slug: str = "weekly", **facts: str) -> Publication:
    """A publication that may send and has somebody to send to."""
    publication = make_publication(session, slug, **facts)
    make_subscription(session, publication, f"reader@{slug}.example")
    return publication


def create_morning(session: Session, **facts: str) -> Publication:
    """The Morning, as its editor creates it."""
    made = create_publication(
        session,
        slug="morning",
        name="The Morning",
        sender="The Morning <morning@press.example>",
        postal_address="1 Quay Street\nGalway",
        actor="test",
        **facts,
    )
    session.commit()
    return made


def make_subscription(
    session: Session,
    publication: Publication,
    email: str,
    name: str = "",
    state: State = State.ACTIVE,
    **facts: object,
) -> Subscription:
    """A person and what they subscribed to."""
    address = parse_address(email)
    subscriber = Subscriber(email=address.email, email_key=address.key, address_hash=address.hash, name=name)
    subscription = Subscription(subscriber=subscriber, publication=publication, state=state, **facts)
    session.add(subscription)
    session.flush()
    return subscription


def make_readers(session: Session, publication: Publication, n: int, start: int = 1) -> list[Subscription]:
    """`n` active readers: reader1@readers.example and so on."""
    made = [
        Subscription(
            subscriber=Subscriber(
                email=(email := f"reader{number}@readers.example"),
                email_key=email,
                address_hash=parse_address(email).hash,
                name=f"Reader {number}",
            ),
            publication=publication,
            state=State.ACTIVE,
        )
        for number in range(start, start + n)
    ]
    session.add_all(made)
    session.flush()
    return made


def make_issue(
    session: Session, publication: Publication, slug: str = "one", urls: Sequence[str] = ()
) -> Issue:
    """A small issue that passes preflight, with a story for each of `urls`."""
    stories = [{"headline": f"Story {number}", "url": url} for number, url in enumerate(urls)]
    document: dict[str, Any] = {
        "title": f"Issue {slug}",
        "subject": f"What happened this week: {slug}",
        "preheader": "Three stories and a picture of a mill.",
        "slug": slug,
        "sections": [
            {
                "id": "hello",
                "type": "text",
                "text": 'Dear {{ first_name | default: "reader" }}, good morning.',
            }
        ],
    }
    if stories:
        document["sections"].append({"id": "links", "type": "links", "items": stories})
    saved = save_document(session, publication, loads(json.dumps(document)), author="test")
    session.flush()
    return saved.issue


def files_below(folder: Path) -> PersonalFiles:
    """The files of an installation whose DATA_DIR is `folder`."""
    return personal_files(folder, folder / "mailbox", folder / "unsubscribes")


NO_FILES = files_below(Path("nowhere"))


def keep_tested(session: Session, revision: Revision) -> None:
    """As if somebody had sent the issue, as it is now, to themselves."""
    session.add(
        KeptTest(
            issue_id=revision.issue_id,
            revision_id=revision.id,
            edits=revision.edits,
            addresses_hash="",
            compiled="{}",
            actor="test",
        )
    )
    session.flush()

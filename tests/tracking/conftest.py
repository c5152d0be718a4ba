"""A mailing of three links that was frozen, with what its readers' copies have in them."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.tracking_tokens import READER_SLOT
from newsletter.document import loads
from newsletter.issues.recipient import Recipient, recipient_values
from newsletter.issues.save import save_document
from newsletter.mailings.models import Delivery, Mailing, Outcome
from newsletter.publications.models import Publication, TrackingMode
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.mailing_message import MailingMessage, read_mailing_message
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import Subscription
from tests.factories import make_publication, make_readers

URLS = ("https://tide.example/mill", "https://ports.example/a?b=1&c=2", "https://buy.example/")
HREF = re.compile(r'href="http://localhost(/l/[^"]+)"')
PIXEL = re.compile(r'src="http://localhost(/o/[^"]+)"')
HIDDEN = re.compile(r"<a [^>]*aria-hidden[^>]*>")


@dataclass
class Copies:
    """A frozen mailing and its readers; `message` is that of the mailing."""

    mailing_id: int
    publication: Publication
    readers: list[Subscription]
    message: MailingMessage
    runtime: Runtime

    def html(self, seq: int) -> str:
        """The HTML of the copy of delivery `seq`."""
        person = Recipient(seq, 1, 1, "reader@readers.example", "Reader", {})
        values = recipient_values(self.message.identity, person, clock.now(), self.message.compiled.fields)
        return self.message.compiled.fill_html(values)

    def links(self, seq: int) -> list[str]:
        """The paths of the links that a reader sees in a copy, in its order, each once."""
        return list(dict.fromkeys(path for path in HREF.findall(self.html(seq)) if path != self.canary(seq)))

    def canary(self, seq: int) -> str:
        """The path of the link that no person sees; empty where there is none."""
        found = HIDDEN.search(self.html(seq))
        return HREF.findall(found[0])[0] if found else ""

    def pixel(self, seq: int) -> str:
        """The path of the picture that counts opens."""
        found = PIXEL.search(self.html(seq))
        assert found is not None
        return found[1]


MakeCopies = Callable[..., Copies]


@pytest.fixture
def make_copies(session: Session, runtime: Runtime) -> MakeCopies:
    """Freeze a mailing to `readers` people, of whom each agreed to be told apart if they `agree`."""

    def make(
        mode: TrackingMode = TrackingMode.INDIVIDUAL,
        *,
        readers: int = 3,
        agree: bool = True,
        sections: Sequence[dict[str, object]] = (),
        **facts: object,
    ) -> Copies:
        publication = make_publication(session)
        publication.tracking = mode
        for name, value in facts.items():
            setattr(publication, name, value)
        people = make_readers(session, publication, readers)
        for person in people if agree else ():
            person.tracking_consent_at = clock.now() - timedelta(days=30)
        items = [{"headline": f"Story {n}", "url": url} for n, url in enumerate(URLS)]
        document = {
            "title": "One",
            "subject": "What happened",
            "preheader": "Three stories.",
            "slug": "one",
            "sections": [{"type": "links", "id": "links", "items": items}, *sections],
        }
        saved = save_document(session, publication, loads(json.dumps(document)), author="test")
        session.flush()
        mailing = schedule(session, saved.issue, None, runtime.links, actor="test")
        session.commit()
        assert freeze(runtime.sessions, mailing.id, runtime.links)
        sent_at = clock.now() - timedelta(hours=1)
        session.query(Delivery).update({"outcome": Outcome.SENT, "at": sent_at, "dated": sent_at})
        session.commit()
        session.expire_all()
        mailing = session.scalars(select(Mailing)).one()
        message = read_mailing_message(session, mailing, runtime.links, ["a secret for the tests"])
        mailing_id = mailing.id
        session.rollback()
        assert mode is not TrackingMode.INDIVIDUAL or READER_SLOT in message.compiled.fields
        return Copies(mailing_id, publication, people, message, runtime)

    return make

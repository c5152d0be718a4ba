"""The email of a variant in the browser: for who has its link, and nobody else."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.document.reading import read
from newsletter.issues.save import save_document
from newsletter.mailings.models import StoredMessage
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.topics.create import create_topic
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from tests.databases import both_databases
from tests.factories import make_subscription


@both_databases
def test_who_has_the_link_sees_the_email_that_was_sent(
    client: FlaskClient, session: Session, runtime: Runtime, weekly: Publication, links: Links
) -> None:
    create_topic(session, weekly, "Sport", actor="test")
    make_subscription(session, weekly, "fan@readers.example")
    sections = [
        {"type": "text", "id": "a", "text": "For all."},
        {"type": "text", "id": "b", "text": "For fans.", "visibility": {"topics": ["sport"]}},
    ]
    document = read({"title": "One", "subject": "One", "slug": "one", "sections": sections})
    issue = save_document(session, weekly, document).issue
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    url = links.sent_variant(mailing_id, 1).removeprefix(links.public_url)
    answer = client.get(url)
    assert "For all." in answer.text
    assert "For fans." in answer.text
    assert answer.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "For fans." not in client.get("/archive/weekly/one/email").text
    assert session.get(StoredMessage, (mailing_id, "1")) is not None
    sign = links.signer.sign
    for token in ("x", sign(Purpose.SENT_VARIANT, mailing_id, 2), sign(Purpose.VIEW, mailing_id, 1)):
        assert client.get(f"/email/{token}").status_code == 404, token

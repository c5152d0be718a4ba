"""List-Unsubscribe by mail stands beside the link where our listener takes it, and only there."""

from dataclasses import replace
from email import message_from_bytes

import pytest
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.unsubscribe_address import read_unsubscribe_address
from newsletter.issues.compile import compile_issue
from newsletter.issues.models import Revision
from newsletter.issues.recipient import MailingIdentity, Recipient, recipient_values
from newsletter.mailings.models import Mailing
from tests.feedback.deliveries import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("domain", ["", "mail.weekly.example"])
def test_the_header_names_an_address_of_this_subscription(
    session: Session, links: Links, domain: str
) -> None:
    world = World(session, replace(links, public_url="https://weekly.example", mail_domain=domain))
    mailing = session.get_one(Mailing, world.mail().mailing_id)
    revision = session.get_one(Revision, mailing.revision_id)
    compiled = compile_issue(session, revision, world.publication, world.links, mailing_id=mailing.id)
    identity = MailingIdentity(mailing.id, world.links, "weekly.example", "The Weekly")
    recipient = Recipient(1, world.reader.subscriber_id, world.reader.id, "ana@readers.example", "Ana", {})
    octets = compiled.fill(recipient_values(identity, recipient, clock.now(), compiled.fields))
    message = message_from_bytes(octets)
    https, *mails = "".join(message["List-Unsubscribe"].split()).split(",")
    assert https.startswith("<https://weekly.example/u/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(mails) == bool(domain)
    for mail in mails:
        address = mail.removeprefix("<mailto:").removesuffix("?subject=unsubscribe>")
        assert address.endswith(f"@{domain}")
        assert read_unsubscribe_address(links.signer, address) == (world.reader.id, mailing.id)
    assert all(len(line) < 998 for line in octets.split(b"\r\n"))

"""The self-test: how a test message arrived, and what its receiver says of it, which is kept.

Somebody pastes the headers, or the message arrives in the mailbox that we read.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.dns_records.authentication_results import (
    AuthenticationResults,
    ReceivedHeaders,
    read_received,
)
from newsletter.issues.compile import sender_domain
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.preflight.sender_checks.self_test import SelfTest, self_test_of
from newsletter.publications.models import Publication
from newsletter.sending.proof import KIND, proof_values

YOUNG = timedelta(days=7)
MOST_MESSAGES = 50  # the latest test messages that are looked at


def take_self_test(
    session: Session, publication: Publication, links: Links, text: str, *, actor: str
) -> SelfTest:
    """Read the headers in `text` and keep what the receiver says. The caller commits.

    Raises `Refused` unless they are of a test message that was sent for `publication` in the last week, with
    results on top of them.
    """
    received = read_received(text)
    if received.results is None or not received.results.server:
        raise _refused(
            "There is no Authentication-Results header above those of the message: copy all headers, from the"
            " very top."
        )
    if not _was_sent(session, publication, links, received.message_id):
        raise _refused(
            "These headers are not of a test message that was sent for this publication in the last week."
        )
    return _keep(session, publication, received.results, actor=actor)


def take_received(
    session: Session, links: Links, received: ReceivedHeaders, authserv_id: str, *, actor: str
) -> SelfTest | None:
    """Keep what the server `authserv_id` says of a test message that arrived; None for any other message.

    Its results are those that the server itself put on top, which needs no trust in whoever wrote it: the
    message has to be one of ours, in the sender's name. The caller commits.
    """
    results = received.results
    if results is None or results.server != authserv_id.lower():
        return None
    publications = session.scalars(select(Publication).order_by(Publication.id)).all()
    for publication in publications:
        domain = sender_domain(publication)
        is_in_its_name = received.from_domain == domain and received.message_id.endswith(f"@{domain}")
        if domain and is_in_its_name and _was_sent(session, publication, links, received.message_id):
            return _keep(session, publication, results, actor=actor)
    return None


def _keep(
    session: Session, publication: Publication, results: AuthenticationResults, *, actor: str
) -> SelfTest:
    check = session.get(SenderCheck, sender_domain(publication), with_for_update=True)
    if check is None or not check.report:
        raise _refused("The DNS has not been checked yet. Try again in a minute.")
    self_test = self_test_of(check.domain, results)
    check.self_test = self_test.as_json()
    said = dict(self_test.said)
    audit.record(
        session, "sender.self_test", "publication", publication.id, actor=actor, domain=check.domain, **said
    )
    return self_test


def _was_sent(session: Session, publication: Publication, links: Links, message_id: str) -> bool:
    messages = session.scalars(
        select(SystemMessage)
        .where(
            SystemMessage.kind == KIND,
            SystemMessage.publication_id == publication.id,
            SystemMessage.state == MessageState.SENT,
            SystemMessage.created_at > clock.now() - YOUNG,
        )
        .order_by(SystemMessage.id.desc())
        .limit(MOST_MESSAGES)
    ).all()
    return any(
        proof_values(session, message, publication, links)["message_id"] == message_id
        for message in messages
        if message.recipient
    )


def _refused(sentence: str) -> Refused:
    return Refused("self_test", sentence, {"headers": sentence})

"""Send one system message: claim it, write it, hand it to the relay, write down how that ended.

No database transaction is open while the relay is talked to. What a crash leaves behind is taken up again by
the next worker (see `outbox.claim`).
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import DomainError, Refused
from newsletter.core.links import Links
from newsletter.core.public_url import default_sender, host_of
from newsletter.outbox import settle
from newsletter.outbox.claim import Claim, claim
from newsletter.outbox.kinds import KINDS
from newsletter.outbox.models import SystemMessage
from newsletter.outbox.system_email import ACCENT, OwnWords, SystemEmail, SystemFigure, write
from newsletter.publications.messages.find import choose_message
from newsletter.publications.messages.models import MessageKind, MessageText
from newsletter.publications.models import Publication
from newsletter.rendering.themes import THEMES
from newsletter.sending import proof
from newsletter.sending.single_delivery import Answer, SingleDelivery
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.dkim import seal_envelope
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.verdict import Outcome
from newsletter.subscribers.models import State, Subscription
from newsletter.transports.dkim_keys import signers_for

log = structlog.get_logger(__name__)

TOO_LATE = "not sent: what was asked for is too long ago"
GONE = "not sent: the issue was deleted"
ERASED = "not sent: the person was erased"
LEFT = "not sent: the subscription has ended"
NO_WELCOME = "not sent: the publication has no welcome message any more"


def send_system_message(
    sessions: sessionmaker[Session],
    message_id: int,
    *,
    delivery: SingleDelivery,
    links: Links,
    organisation: str,
    secrets: Sequence[str],
) -> None:
    """Send the message, unless it is settled, not due, or with another worker.

    `organisation` is who writes when no publication does; `secrets` open the keys that sign. Commits twice:
    the claim, and how it ended. While the relay cannot be reached nothing is claimed: messages wait, and the
    sweep publishes them again.
    """
    if delivery.cools_down():
        log.info("system message waits: the relay could not be reached a moment ago", message_id=message_id)
        return
    with sessions() as session:
        taken = claim(session, message_id)
        content = _load(session, taken, links, organisation) if taken else None
        session.commit()
    if taken is None or content is None:
        return
    if isinstance(content, str):
        _give_up(sessions, taken, content)
        return
    try:
        envelope = content if isinstance(content, Envelope) else write(content)
        answer = delivery.send(_seal(sessions, envelope, secrets))
    except SessionFailed as error:
        _report_relay(error)
        with sessions.begin() as session:
            settle.give_back(session, taken, error.message)
    except DomainError as error:
        log.error("a system message cannot be written", message_id=message_id, problem=error.message)
        with sessions.begin() as session:
            settle.try_later(session, taken, error.message)
    else:
        _settle(sessions, taken, answer)


def _load(session: Session, taken: Claim, links: Links, organisation: str) -> SystemEmail | Envelope | str:
    """What the message says, or its octets; or, in words, why it is not to be sent any more."""
    message = session.get_one(SystemMessage, taken.message_id, populate_existing=True)
    if not message.recipient:
        return ERASED
    if message.kind == proof.KIND:
        return proof.write_proof(session, message, links) or GONE
    kind = KINDS[message.kind]
    if clock.now() - message.created_at > kind.useful_for:
        return TOO_LATE
    publication = session.get(Publication, message.publication_id) if message.publication_id else None
    name = publication.name if publication else organisation or host_of(links.public_url)
    due_at = message.facts.get("due_at")
    own = _own_words(session, message, publication)
    unsubscribe_link = ""
    if kind.key == MessageKind.WELCOME:
        subscription = session.get_one(Subscription, message.facts["subscription_id"], populate_existing=True)
        if subscription.state is State.ENDED:
            return LEFT
        if own is None:
            return NO_WELCOME
        unsubscribe_link = links.unsubscribe(subscription.id)
    return SystemEmail(
        message_id=message.id,
        kind=kind.key,
        locale=own.language if own else message.locale,
        recipient=message.recipient,
        asked_at=message.created_at,
        link=kind.link(links, message.facts),
        name=name,
        sender_name=(publication and publication.sender_name) or name,
        sender_email=(publication and publication.sender_email) or default_sender(links.public_url),
        reply_to=message.facts.get("reply_to") or (publication.reply_to if publication else ""),
        postal_address=publication.postal_address if publication else "",
        timezone=message.facts.get("zone") or (publication.timezone if publication else "UTC"),
        accent=accent_of(publication) if publication else ACCENT,
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        figures=tuple(SystemFigure(*each) for each in message.facts.get("figures", ())),
        account_link=links.account(),
        quoted_subject=message.facts.get("subject", ""),
        quoted_text=message.facts.get("text", ""),
        new_address=message.facts.get("new_address", ""),
        records=message.facts.get("records", ""),
        own=OwnWords(own.subject, own.text) if own else None,
        unsubscribe_link=unsubscribe_link,
    )


def _own_words(
    session: Session, message: SystemMessage, publication: Publication | None
) -> MessageText | None:
    """The publication's own words for this message; None where the built-in ones are sent."""
    if publication is None or message.kind not in set(MessageKind):
        return None
    return choose_message(session, publication, MessageKind(message.kind), message.locale)


def accent_of(publication: Publication) -> str:
    """The accent of its theme; ours when the theme is not there any more."""
    try:
        return THEMES[publication.theme].styled(publication.theme_tokens).accent
    except Refused:
        return ACCENT


def _seal(sessions: sessionmaker[Session], envelope: Envelope, secrets: Sequence[str]) -> Envelope:
    """The message as it leaves: signed, where the sender's domain has a key. Raises `SessionFailed`."""
    with reading(), sessions() as session:
        signers = signers_for(session, secrets, envelope.sender)
    return seal_envelope(envelope, signers, int(clock.now().timestamp()))


def _settle(sessions: sessionmaker[Session], taken: Claim, answer: Answer) -> None:
    """Write the relay's answer down. Only a refusal of this person ends the message's life."""
    with sessions.begin() as session:
        if answer.outcome is Outcome.SENT:
            settle.sent(session, taken)
        elif answer.outcome is Outcome.REJECTED:
            settle.failed(session, taken, answer.words)
        else:
            settle.try_later(session, taken, answer.words)
    outcome, words = answer.outcome.value, answer.words
    if answer.outcome is Outcome.SENT:
        log.info("system message sent", message_id=taken.message_id, reply=words)
    elif answer.outcome is Outcome.PAUSE and not answer.temporary:
        log.error("the relay refuses our mail; messages wait", message_id=taken.message_id, reply=words)
    else:
        log.warning("system message not sent", message_id=taken.message_id, outcome=outcome, reply=words)


def _give_up(sessions: sessionmaker[Session], taken: Claim, why: str) -> None:
    with sessions.begin() as session:
        settle.failed(session, taken, why)
    log.warning("system message given up", message_id=taken.message_id, why=why)


def _report_relay(error: SessionFailed) -> None:
    """Tell the operator; nobody's message is lost, and none has used up an attempt."""
    if error.temporary:
        log.warning("the relay cannot be reached; messages wait", problem=error.message, code=error.code)
    else:
        log.error("the relay cannot be used; messages wait", problem=error.message, code=error.code)

"""The four steps from an empty installation to the first issue: what is done is read from the database."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from sqlalchemy import Select, exists, select

from newsletter.audit.models import AuditEntry
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentKind, ConsentRecord, State, Subscription
from newsletter.web.admin.dates import long_moment
from newsletter.web.admin.frame import can_open
from newsletter.web.database import session

SENT = (MailingState.FREEZING, MailingState.SENDING, MailingState.FINISHED)
ANSWERED_FOR = (State.ACTIVE, State.PAUSED)


@dataclass(frozen=True)
class Step:
    """One step: what it is for, where it is done, and whether it is. Without a `url` one cannot go there."""

    title: str
    text: str
    action: str
    url: str
    done: bool
    current: bool = False


def steps(publication: Publication | None) -> list[Step]:
    """The steps for `publication`; none any more once its first issue was sent, which all of them are for."""
    if publication is not None and _sent(publication):
        return []
    made = [_sender(publication), _form(publication), _readers(publication), _issue(publication)]
    first_open = next((number for number, step in enumerate(made) if not step.done), -1)
    return [
        Step(step.title, step.text, step.action, step.url, step.done, number == first_open)
        for number, step in enumerate(made)
    ]


def _sender(publication: Publication | None) -> Step:
    title = _("Sender and relay")
    if publication is None:
        text = _(
            "Create your publication: its name, its sender, and the postal address at the foot of "
            "every issue."
        )
        return _step(title, text, _("Create a publication"), "/admin/publications/new", done=False)
    facts = {"name": publication.name, "sender": publication.sender_email}
    if _relay_works():
        text = _("%(name)s is sent from %(sender)s, and the relay has accepted a message.", **facts)
        return _step(title, text, "", "", done=True)
    text = _(
        "%(name)s is sent from %(sender)s. Nothing has been sent yet: send yourself a message to"
        " check that the "
        "relay works.",
        **facts,
    )
    return _step(title, text, _("Test the relay"), "/admin/settings", done=False)


def _form(publication: Publication | None) -> Step:
    title, action = _("Sign-up form"), _("See the form")
    if publication is not None and _any(_consents(publication, ConsentKind.REQUESTED)):
        return _step(title, _("Someone has signed up with it."), "", "", done=True)
    text = _("Link to it or embed it in your site, then sign up yourself to see what readers see.")
    return _step(title, text, action, _of(publication, "sign-up-form"), done=False)


def _readers(publication: Publication | None) -> Step:
    title = _("Readers")
    if publication is not None and _any(_subscribed(publication)):
        return _step(title, _("You have readers."), "", "", done=True)
    text = _("Import the people who already subscribe: upload a file, and check it before anyone is added.")
    return _step(title, text, _("Import readers"), _of(publication, "subscribers/import"), done=False)


def _issue(publication: Publication | None) -> Step:
    title = _("First issue")
    draft = None if publication is None else _draft(publication)
    mailing = None if publication is None else _scheduled(publication)
    if mailing is not None:
        when = long_moment(mailing.scheduled_at, mailing.zone)
        text = _("It is scheduled for %(when)s. These steps disappear once it is on its way.", when=when)
        return _step(title, text, _("See the schedule"), f"/admin/issues/{mailing.issue_id}/send", done=False)
    if draft is not None:
        text = _(
            "“%(title)s” is in progress. Review it, send yourself a test message, then choose when"
            " to send it.",
            title=draft.title,
        )
        return _step(title, text, _("Continue writing"), f"/admin/issues/{draft.id}/edit", done=False)
    text = _("Write it, preview it and send it. After that, these steps disappear.")
    return _step(title, text, _("Write the first issue"), _of(publication, "issues/new"), done=False)


def _step(title: str, text: str, action: str, path: str, *, done: bool) -> Step:
    url = request.script_root + path if path and can_open(path) else ""
    return Step(title, text, action, url, done)


def _of(publication: Publication | None, place: str) -> str:
    return f"/admin/p/{publication.slug}/{place}" if publication is not None else ""


def _sent(publication: Publication) -> bool:
    return _any(select(Mailing.id).where(Mailing.publication_id == publication.id, Mailing.state.in_(SENT)))


def _consents(publication: Publication, kind: ConsentKind) -> Select[int]:
    return (
        select(ConsentRecord.id)
        .join(Subscription, Subscription.id == ConsentRecord.subscription_id)
        .where(Subscription.publication_id == publication.id, ConsentRecord.kind == kind)
    )


def _subscribed(publication: Publication) -> Select[int]:
    return select(Subscription.id).where(
        Subscription.publication_id == publication.id, Subscription.state.in_(ANSWERED_FOR)
    )


def _relay_works() -> bool:
    """Whether a message was accepted: one of ours, or the last that somebody tried the relay with."""
    if _any(select(SystemMessage.id).where(SystemMessage.state == MessageState.SENT)):
        return True
    tried = session().scalar(
        select(AuditEntry.detail)
        .where(AuditEntry.action == "relay.tested")
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return tried is not None and not tried.get("failed")


def _draft(publication: Publication) -> Issue | None:
    return session().scalar(
        select(Issue).where(Issue.publication_id == publication.id).order_by(Issue.id.desc()).limit(1)
    )


def _scheduled(publication: Publication) -> Mailing | None:
    """The mailing that leaves first by itself."""
    return session().scalar(
        select(Mailing)
        .where(Mailing.publication_id == publication.id, Mailing.state == MailingState.SCHEDULED)
        .order_by(Mailing.scheduled_at)
        .limit(1)
    )


def _any(query: Select[int]) -> bool:
    return bool(session().scalar(select(exists(query))))

"""A token of every purpose, each of which opens something that is there; and every door that takes one."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.accounts.tokens import link_state
from newsletter.comments.share import share
from newsletter.core.addresses import parse_address
from newsletter.core.bounce_address import bounce_address
from newsletter.core.links import Links
from newsletter.core.mail_token import local_part
from newsletter.core.tokens import Purpose
from newsletter.core.tracking_tokens import EVERYBODY, write_reader_token
from newsletter.core.unsubscribe_address import unsubscribe_token
from newsletter.curation.email_in.address import inbox_address, rotate_address
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.lift import moment_of as moment_of_suppression
from newsletter.incoming.hooks import hook_url
from newsletter.issues.compile import compile_issue
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import StoredMessage
from newsletter.redirects.models import MailingLink
from newsletter.subscribers.address_change import ask_for_change, moment_of
from newsletter.subscribers.models import State
from newsletter.subscribers.signup_protection import sign_form_time
from tests.factories import make_subscription
from tests.feedback.deliveries import World

PROVIDER = "mailgun"
TARGET = "https://tide.example/mill"
# What the paths behind a token begin with, and the token that they take.
OWN: dict[str, tuple[Purpose, ...]] = {
    "/u/": (Purpose.UNSUBSCRIBE,),
    "/p/": (Purpose.PREFERENCES,),
    "/address/": (Purpose.ADDRESS_CHANGE,),
    "/lift/": (Purpose.LIFT,),
    "/confirm/": (Purpose.CONFIRM,),
    "/set-up/": (Purpose.SET_UP,),
    "/invitation/": (Purpose.INVITATION,),
    "/reset-password/": (Purpose.PASSWORD_RESET,),
    "/email/": (Purpose.SENT_VARIANT,),
    "/preview/": (Purpose.VIEW,),
    "/share/": (Purpose.SHARE,),
    "/l/": (Purpose.REDIRECT, Purpose.TRACKED_LINK),
    "/o/": (Purpose.PIXEL,),
    f"/hooks/{PROVIDER}/": (Purpose.HOOK,),
}


@dataclass(frozen=True)
class Door:
    """A method and a path, with `{}` where the token goes, and the purposes of the tokens that it takes."""

    method: str
    path: str
    own: tuple[Purpose, ...]


def doors(app: Flask) -> Iterator[Door]:
    """Every route that has a token in its address."""
    for rule in app.url_map.iter_rules():
        if "token" in rule.arguments:
            path = rule.rule.replace("<provider>", PROVIDER).replace("<token>", "{}")
            (own,) = [purposes for prefix, purposes in OWN.items() if path.startswith(prefix)]
            for method in sorted((rule.methods or set()) & {"GET", "HEAD", "POST"}):
                yield Door(method, path, own)


def make_tokens(session: Session, links: Links) -> dict[Purpose, str]:
    """A token of every purpose, as it stands in an email, a form, a cookie or before an @."""
    world = World(session, links)
    delivery = world.mail()
    world.event(delivery, EventKind.HARD, EventReason.USER_UNKNOWN)
    urls = {
        **_of_reader(world, delivery.mailing_id),
        **_of_team(session, links),
        **_of_mailing(world, delivery.mailing_id),
        Purpose.HOOK: hook_url(links, PROVIDER),
    }
    tokens = {purpose: url.rpartition("/")[2] for purpose, url in urls.items()}
    tokens |= _of_no_path(world, delivery.mailing_id)
    session.commit()
    return tokens


def _of_reader(world: World, mailing_id: int) -> dict[Purpose, str]:
    links, reader, suppression = world.links, world.reader, world.suppression
    assert suppression is not None
    pending = make_subscription(world.session, world.publication, "bo@readers.example", state=State.PENDING)
    change = ask_for_change(world.session, reader.subscriber_id, parse_address("ana@new.example"))
    return {
        Purpose.CONFIRM: links.confirm(pending.id),
        Purpose.UNSUBSCRIBE: links.unsubscribe(reader.id, mailing_id),
        Purpose.PREFERENCES: links.preferences(reader.subscriber_id),
        Purpose.ADDRESS_CHANGE: links.change_address(change.id, moment_of(change)),
        Purpose.LIFT: links.lift_suppression(reader.subscriber_id, moment_of_suppression(suppression)),
    }


def _of_team(session: Session, links: Links) -> dict[Purpose, str]:
    invited, owner = (
        create_user(session, email=email, role=RoleName.EDITOR, password=None, actor="test")
        for email in ("new@press.example", "old@press.example")
    )
    shared = share(session, session.scalars(select(Issue.id)).one(), actor="test")
    return {
        Purpose.SET_UP: links.set_up(),
        Purpose.INVITATION: links.invitation(invited.id, link_state(invited)),
        Purpose.PASSWORD_RESET: links.reset_password(owner.id, link_state(owner)),
        Purpose.SHARE: links.share(shared.id),
    }


def _of_mailing(world: World, mailing_id: int) -> dict[Purpose, str]:
    session, links = world.session, world.links
    revision = session.scalars(select(Revision)).one()
    compiled = compile_issue(session, revision, world.publication, links).to_json()
    link = MailingLink(mailing_id=mailing_id, url=TARGET, target=TARGET)
    session.add_all((StoredMessage(mailing_id=mailing_id, variant="1", compiled=compiled), link))
    session.flush()
    return {
        Purpose.SENT_VARIANT: links.sent_variant(mailing_id, 1),
        Purpose.VIEW: links.preview(revision.id),
        Purpose.REDIRECT: links.redirect(link.id),
        Purpose.TRACKED_LINK: links.tracked_link(mailing_id, link.id, TARGET) + EVERYBODY,
        Purpose.PIXEL: links.pixel(mailing_id) + EVERYBODY,
    }


def _of_no_path(world: World, mailing_id: int) -> dict[Purpose, str]:
    """Those in front of an @, in the second part of an address, in a form and in a cookie."""
    signer, reader, publication = world.links.signer, world.reader, world.publication
    rotate_address(world.session, publication, actor="test")
    bounces, inbox = (
        bounce_address(signer, "b.example", mailing_id, 1),
        inbox_address(signer, "b.example", publication),
    )
    return {
        Purpose.BOUNCE: local_part(bounces).partition("+")[2],
        Purpose.INBOX: local_part(inbox).partition("+")[2],
        Purpose.UNSUBSCRIBE_MAIL: unsubscribe_token(signer, reader.id, mailing_id),
        Purpose.READER: write_reader_token(signer, mailing_id, 1),
        Purpose.FORM: sign_form_time(signer, publication.id),
        Purpose.DEVICE: signer.sign(Purpose.DEVICE, reader.id, 7),
    }

"""A token opens its own door and no other, and only unchanged."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.models import User
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.core.bounce_address import read_bounce_address
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose, Signer
from newsletter.core.tracking_tokens import read_reader
from newsletter.core.unsubscribe_address import read_unsubscribe_address
from newsletter.curation.email_in.address import find_by_address
from newsletter.mailings.models import Mailing
from newsletter.runtime import Runtime
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.signup_protection import FormVerdict, check_form
from newsletter.tracking.stream import HitStream
from newsletter.web.tracking import GIF, tracking_of
from tests.databases import both_databases
from tests.web.public.doors import OWN, PROVIDER, Door, doors, make_tokens
from tests.web.public.state import everything
from tests.web.signed_in import SignedIn, signed_in_client

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# With a token that is good, each of these would do something.
FIELDS = {
    "name": "Eve",
    "language": "en",
    "email": "eve@evil.example",
    "password": "seven quiet herons",
    "months": "1",
    "allowed": "y",
    "text": "Hello.",
    "reason": "other",
    "comment": "Hello.",
}
ON_NO_PATH = {
    *(Purpose.FORM, Purpose.READER, Purpose.DEVICE, Purpose.BOUNCE, Purpose.INBOX),
    Purpose.UNSUBSCRIBE_MAIL,
}


@pytest.fixture
def tokens(session: Session, links: Links) -> dict[Purpose, str]:
    return make_tokens(session, links)


@pytest.fixture
def somebody(app: Flask, session: Session, tokens: dict[Purpose, str]) -> SignedIn:
    """Somebody with a session, so that no request is refused for want of a CSRF token."""
    assert tokens
    app.config["SHARED_COMMENTS"] = "1000000 per day"
    user = create_user(session, email="eve@press.example", role=RoleName.EDITOR, password=None, actor="test")
    session.commit()
    return signed_in_client(app, session, user)


def test_there_is_one_of_each(app: Flask, tokens: dict[Purpose, str]) -> None:
    assert set(tokens) == set(Purpose) - {Purpose.PROOF_OF_WORK}  # a key of the library, in no address
    with_path = {purpose for door in doors(app) for purpose in door.own}
    assert with_path == set(tokens) - ON_NO_PATH


def test_each_opens_its_own_door(app: Flask, somebody: SignedIn, tokens: dict[Purpose, str]) -> None:
    for door in doors(app):
        for purpose in door.own:
            if door.method == "GET":
                answer = somebody.get(door.path.format(tokens[purpose]))
                assert answer.status_code < 400, (door, answer.text)
    hook = somebody.post(f"/hooks/{PROVIDER}/{tokens[Purpose.HOOK]}", data=b"{}")
    assert hook.status_code == 404  # no account here


@both_databases
def test_each_is_worthless_at_every_other_door(
    app: Flask, runtime: Runtime, session: Session, somebody: SignedIn, tokens: dict[Purpose, str]
) -> None:
    before, seen, tried = kept(session), hits(app, runtime), 0
    for door in doors(app):
        for purpose, token in tokens.items():
            if purpose not in door.own:
                refused(somebody, door, token, {**subscription(session), "undo": token, "stamp": token})
                tried += 1
    assert tried > 800
    assert kept(session) == before
    assert hits(app, runtime) == seen


@pytest.mark.parametrize("prefix", OWN)
def test_each_is_worthless_with_a_letter_changed(
    app: Flask,
    runtime: Runtime,
    session: Session,
    somebody: SignedIn,
    tokens: dict[Purpose, str],
    prefix: str,
) -> None:
    before, seen, fields = kept(session), hits(app, runtime), subscription(session)
    for door in doors(app):
        if door.path.startswith(prefix) and door.method != "HEAD":
            for purpose in door.own:
                for changed in mutations(tokens[purpose]):
                    refused(somebody, door, changed, fields)
    assert kept(session) == before
    assert hits(app, runtime) == seen


def test_one_with_more_or_fewer_ids_is_worthless(app: Flask, somebody: SignedIn, links: Links) -> None:
    for door in doors(app):
        if door.path.startswith(("/u/", "/p/", "/address/", "/lift/", "/confirm/", "/email/", "/share/")):
            for ids in ((), (1, 1, 1)):
                refused(somebody, door, links.signer.sign(door.own[0], *ids), {})


def test_none_undoes_an_unsubscribe_but_its_own(
    session: Session, somebody: SignedIn, tokens: dict[Purpose, str]
) -> None:
    link = f"/u/{tokens[Purpose.UNSUBSCRIBE]}"
    assert somebody.post(link).status_code == 200
    before = kept(session)
    for token in tokens.values():
        answer = somebody.post(f"{link}/undo", data={"undo": token})
        assert answer.status_code in {404, 409}
    assert kept(session) == before


def test_none_stands_for_another_in_a_form_a_cookie_or_an_address(
    session: Session, links: Links, tokens: dict[Purpose, str]
) -> None:
    mailing_id = session.scalars(select(Mailing.id)).one()
    readers: dict[Purpose, Callable[[Signer, str], Any]] = {
        Purpose.FORM: lambda signer, token: (
            check_form(signer, shown_at=token, publication_id=1, honeypot="") is FormVerdict.ACCEPTED
        ),
        Purpose.READER: lambda signer, token: read_reader(signer, mailing_id, token),
        Purpose.DEVICE: lambda signer, token: signer.read(Purpose.DEVICE, token),
        Purpose.BOUNCE: lambda signer, token: read_bounce_address(signer, f"b+{token}@b.example"),
        Purpose.UNSUBSCRIBE_MAIL: lambda signer, token: read_unsubscribe_address(
            signer, f"u+{token}@b.example"
        ),
        Purpose.INBOX: lambda signer, token: find_by_address(session, signer, f"inbox+{token}@b.example"),
    }
    assert set(readers) == ON_NO_PATH
    for own, read in readers.items():
        others = [token for purpose, token in tokens.items() if purpose is not own]
        for token in (*others, *mutations(tokens[own])):
            assert not _read(read, links.signer, token), (own, token)
    for own in ON_NO_PATH - {Purpose.FORM}:  # whose form would have been filled in too fast
        assert _read(readers[own], links.signer, tokens[own]), own


def _read(read: Callable[[Signer, str], Any], signer: Signer, token: str) -> Any:
    try:
        return read(signer, token)
    except DomainError:
        return None


def refused(client: SignedIn, door: Door, token: str, fields: dict[str, str]) -> None:
    """Try the token at the door: it is not found. A pixel looks the same for everybody."""
    data = {**FIELDS, **fields} if door.method == "POST" else None
    answer = client.open(door.path.format(token), method=door.method, data=data)
    if Purpose.PIXEL in door.own:
        assert (answer.status_code, answer.data) == (200, b"" if door.method == "HEAD" else GIF)
    else:
        assert answer.status_code == 404, (door, token)
        if door.own[0] in {Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.CONFIRM}:
            assert answer.headers["Referrer-Policy"] == "no-referrer"


def mutations(token: str) -> Iterator[str]:
    """The token with each of its letters changed, shortened, lengthened, and what is none at all."""
    for place, letter in enumerate(token):
        known = ALPHABET.find(letter)
        other = ALPHABET[(known + 1 + place) % len(ALPHABET)]
        if other.lower() != letter.lower():  # before an @ the case says nothing
            yield token[:place] + other + token[place + 1 :]
    yield from (token[:-1], token + "A", token * 9, "%00", "é", "a" * 5000)


def subscription(session: Session) -> dict[str, str]:
    """The field that names what a form of the preferences page is about."""
    id_ = session.scalars(select(Subscription.id).order_by(Subscription.id)).first()
    session.rollback()
    return {"subscription": str(id_)}


def kept(session: Session) -> dict[str, tuple[int, str]]:
    """All rows, but for those that count what was refused, and when somebody was last seen."""
    return {
        name: rows
        for name, rows in everything(session).items()
        if name not in {"refused_feedback", "user_session", User.__tablename__}
    }


def hits(app: Flask, runtime: Runtime) -> list[Any]:
    """What was recorded of links that were followed and of pixels."""
    with app.app_context():
        tracking_of(app).flush()
    return HitStream(runtime.settings.effective_redis_url).read(clock.now(), 1000)

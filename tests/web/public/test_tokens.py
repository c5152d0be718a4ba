"""A token opens its own door and no other, and only unchanged."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.web.public.state import everything

OWN = {"/confirm/": Purpose.CONFIRM, "/u/": Purpose.UNSUBSCRIBE, "/p/": Purpose.PREFERENCES}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Each method and path below the three doors, with `{}` where the token goes."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(tuple(OWN)):
            for method in sorted((rule.methods or set()) & {"GET", "HEAD", "POST"}):
                yield method, rule.rule.replace("<token>", "{}")


@both_databases
def test_a_token_of_another_purpose_is_not_found(
    app: Flask, client: FlaskClient, session: Session, links: Links, subscription: Subscription
) -> None:
    before = everything(session)
    tried = 0
    for method, path in routes(app):
        own = next(purpose for prefix, purpose in OWN.items() if path.startswith(prefix))
        for purpose in Purpose:
            for ids in ((subscription.id,), (subscription.id, 1)):
                if purpose is own and len(ids) == (2 if own is Purpose.UNSUBSCRIBE else 1):
                    continue
                token = links.signer.sign(purpose, *ids)
                response = client.open(path.format(token), method=method, data={"undo": token})
                assert response.status_code == 404, (method, path, purpose, ids)
                tried += 1
    assert tried > 100
    assert everything(session) == before


@pytest.mark.parametrize("prefix", OWN)
def test_a_token_with_one_letter_changed_is_not_found(
    client: FlaskClient, session: Session, links: Links, subscription: Subscription, prefix: str
) -> None:
    before = everything(session)
    purpose = OWN[prefix]
    ids = (subscription.id, 7) if purpose is Purpose.UNSUBSCRIBE else (subscription.id,)
    token = links.signer.sign(purpose, *ids)
    for place, letter in enumerate(token):
        other = ALPHABET[(ALPHABET.index(letter) + 1 + place) % len(ALPHABET)]
        changed = token[:place] + other + token[place + 1 :]
        if changed == token:
            continue
        response = client.post(prefix + changed, data={"name": "x", "language": "en"})
        assert response.status_code == 404
        assert response.headers["Referrer-Policy"] == "no-referrer"
    for broken in (token[:-1], token + "A", token * 9, "%00", "é", "a" * 5000):
        assert client.get(prefix + broken).status_code == 404
    assert everything(session) == before

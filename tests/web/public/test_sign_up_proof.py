"""In attack mode the forms ask for a proof of work; whoever has none waits for an editor."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from altcha.v1 import Challenge, solve_challenge
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.core import clock
from newsletter.deferred.models import DeferredRequest, Suspicion
from newsletter.publications.models import Publication
from newsletter.subscribers.models import Subscriber
from newsletter.web.public import sign_up_proof
from tests.databases import both_databases
from tests.factories import make_publication

FillIn = Callable[..., TestResponse]
PAGE = "/subscribe/morning"


@pytest.fixture(autouse=True)
def attack(session: Session, publication: Publication) -> None:
    publication.under_attack_since = clock.now()
    session.commit()


def challenge(client: FlaskClient, slug: str = "morning") -> dict[str, Any]:
    answer = client.get(f"/subscribe/{slug}/challenge")
    assert answer.headers["Cache-Control"] == "no-store"
    facts = answer.json
    assert facts is not None
    return dict(facts)


def proof(client: FlaskClient, slug: str = "morning", **changes: Any) -> str:
    """As the script of the page finds it."""
    asked = challenge(client, slug)
    given = Challenge(
        asked["algorithm"], asked["challenge"], asked["maxNumber"], asked["salt"], asked["signature"]
    )
    solution = solve_challenge(given, max_number=asked["maxNumber"])
    assert solution is not None
    payload = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return encoded(payload | {"number": solution.number} | changes)


def encoded(payload: Any) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def held(session: Session) -> list[str]:
    session.rollback()
    waiting = select(DeferredRequest).where(DeferredRequest.suspicion == Suspicion.UNPROVEN)
    return [request.facts["email"] for request in session.scalars(waiting.order_by(DeferredRequest.id))]


def known(session: Session) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Subscriber.email).order_by(Subscriber.id)))


@both_databases
def test_a_proof_is_good_for_one_sign_up(client: FlaskClient, fill_in: FillIn, session: Session) -> None:
    found = proof(client)
    assert "Check your inbox" in fill_in("ana@example.org", proof=found).text
    answer = fill_in("bo@example.org", proof=found)
    assert answer.status_code == 200
    assert "checks your request first" in answer.text
    assert known(session) == ["ana@example.org"]
    assert held(session) == ["bo@example.org"]


def test_no_javascript_waits_and_is_told_so(client: FlaskClient, fill_in: FillIn, session: Session) -> None:
    page = client.get(PAGE).text
    assert "<noscript>" in page
    assert 'data-challenge="/subscribe/morning/challenge"' in page
    assert "proof." in page
    assert "checks your request first" in fill_in("ana@example.org").text
    assert (held(session), known(session)) == (["ana@example.org"], [])


def test_other_times_ask_for_nothing(
    client: FlaskClient, fill_in: FillIn, session: Session, publication: Publication
) -> None:
    publication.under_attack_since = None
    session.commit()
    for query in ("", "?embed=1"):
        page = client.get(PAGE + query).text
        assert "challenge" not in page
        assert "noscript" not in page
    assert "Check your inbox" in fill_in("ana@example.org", proof="nonsense").text
    assert known(session) == ["ana@example.org"]


def test_forged_proofs_are_none(client: FlaskClient, app: Flask, session: Session) -> None:
    make_publication(session, "other").under_attack_since = clock.now()
    session.commit()
    asked = challenge(client)
    forged = [
        "",
        "x",
        "ü",
        "x" * 5_000,
        encoded([]),
        encoded(7),
        encoded({}),
        encoded(asked | {"number": {}}),
        encoded(asked | {"number": 1, "salt": 7}),
        encoded(asked | {"number": 1, "algorithm": "MD5"}),
        proof(client, number=-1),
        proof(client, signature="0" * 64),
        proof(client, salt="0" * 24 + "?publication=1&"),
        proof(client, algorithm="SHA-1"),
        proof(client, "other"),
    ]
    for number, given in enumerate(forged):
        body = {"email": f"r{number}@example.org", "proof": given}
        assert client.post(f"{PAGE}/json", json=body).status_code == 202, number
    assert known(session) == []
    assert len(held(session)) == len(forged)


def test_an_old_challenge_is_none(client: FlaskClient, session: Session) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False) as traveller:
        found = proof(client)
        traveller.shift(sign_up_proof.GOOD_FOR + timedelta(seconds=1))
        client.post(f"{PAGE}/json", json={"email": "ana@example.org", "proof": found})
    assert (held(session), known(session)) == (["ana@example.org"], [])


def test_programs_of_other_sites_prove_it_too(client: FlaskClient, session: Session) -> None:
    facts = client.get(f"{PAGE}/json").json
    assert facts is not None
    assert facts["proof_needed"] is True
    body = {"email": "ana@example.org", "proof": proof(client)}
    assert client.post(f"{PAGE}/json", json=body).status_code == 202
    assert known(session) == ["ana@example.org"]


def test_the_button_that_mends_an_address_brings_a_proof_of_its_own(
    client: FlaskClient, fill_in: FillIn, session: Session, publication: Publication
) -> None:
    answer = fill_in("ana@hotnail.com", proof=proof(client))
    form = html.fromstring(answer.text).cssselect("form")[0]
    assert form.cssselect("[data-challenge]")[0].get("data-challenge") == "/subscribe/morning/challenge"
    assert "proof." in answer.text
    sent = dict(form.form_values()) | {"proof": proof(client)}
    assert "Check your inbox" in client.post(form.get("action"), data=sent).text
    assert known(session) == ["ana@hotnail.com", "ana@hotmail.com"]
    publication.under_attack_since = None
    session.commit()
    assert "data-challenge" not in fill_in("bo@hotnail.com").text

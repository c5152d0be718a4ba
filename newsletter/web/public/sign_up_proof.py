"""Proof of work in attack mode (ALTCHA, https://altcha.org): made here, solved by the visitor's browser.

A challenge is good for one sign-up to one publication within twenty minutes. Finding its number takes a
browser a second or two, which nobody notices while filling in a form, and a program that signs up thousands
does. Whoever brings no proof, such as a reader without JavaScript, is not turned away: an editor looks first.
"""

import base64
import json
from datetime import timedelta
from typing import Any, cast

from altcha.v1 import ChallengeOptions, create_challenge, extract_params, verify_solution

from newsletter.core import clock
from newsletter.core.tokens import Purpose
from newsletter.publications.models import Publication
from newsletter.web.current import links
from newsletter.web.limits import is_first_use

GOOD_FOR = timedelta(minutes=20)
LARGEST_NUMBER = 50_000
LONGEST = 2_000  # characters of a proof
TEXTS = ("algorithm", "challenge", "salt", "signature")


def make_challenge(publication: Publication) -> dict[str, Any]:
    """A new challenge, as JSON for ALTCHA's clients."""
    options = ChallengeOptions(
        max_number=LARGEST_NUMBER,
        hmac_key=_key(),
        expires=clock.now() + GOOD_FOR,
        params={"publication": str(publication.id)},
    )
    challenge: dict[str, Any] = create_challenge(options).to_dict()
    return challenge


def is_unproven(publication: Publication, proof: str) -> bool:
    """Whether a proof is asked for, and this is none that was not used before."""
    return publication.under_attack_since is not None and not _is_proof(publication, proof)


def _is_proof(publication: Publication, proof: str) -> bool:
    proof = proof[:LONGEST]
    try:
        payload: Any = json.loads(base64.b64decode(proof, validate=True))
        if not isinstance(payload, dict) or not all(isinstance(payload.get(key), str) for key in TEXTS):
            return False
        genuine, _problem = verify_solution(proof, _key())
        asked_by = extract_params(cast(Any, payload)).get("publication")
    except (ValueError, TypeError, KeyError):
        return False
    return genuine and asked_by == [str(publication.id)] and is_first_use(payload["challenge"])


def _key() -> str:
    return links().signer.mac(Purpose.PROOF_OF_WORK, b"altcha").hex()

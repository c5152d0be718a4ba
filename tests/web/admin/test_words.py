"""Every table of words has a word for each member of its enum, and for nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from newsletter.accounts.permissions import RoleName
from newsletter.core.queue import Queue
from newsletter.document.schema import json_schema
from newsletter.issues.listing import Stage
from newsletter.mailings.models import Exclusion
from newsletter.mailings.recipients import OUTCOMES
from newsletter.mailings.totals import DisplayedState
from newsletter.sending.retry import EXPIRED
from newsletter.smtp.probe import ProbeStep, Result
from newsletter.smtp.url import Dialogue
from newsletter.smtp.verdict import Reason
from newsletter.subscribers.add import Outcome
from newsletter.subscribers.former_addresses import MOVED
from newsletter.subscribers.imports.models import ImportState
from newsletter.subscribers.imports.states import FileState
from newsletter.subscribers.listing import FILTERS, SUPPRESSED
from newsletter.subscribers.models import ConsentKind, ConsentSource, EndReason, SuppressionReason
from newsletter.transports.availability import Obstacle
from newsletter.transports.security import Security
from newsletter.web.admin import team_forms
from newsletter.web.admin.home import health_words
from newsletter.web.admin.settings import forms, limits_form
from newsletter.web.admin.words import audience, document, imports, issues, mailings, relays, subscribers

# What no history or correction tells of: how a document is built, and what its editions keep.
BUILT = {"type", "version", "sections", "at", "source", "texts"}
SCHEMA = json_schema()
FIELDS = {name for model in (SCHEMA, *SCHEMA["$defs"].values()) for name in model.get("properties", {})} - (
    BUILT | document.UNNAMED
)

TABLES: dict[str, tuple[Mapping[Any, object], Iterable[object]]] = {
    "mailing states": (mailings.STATES, DisplayedState),
    "outcomes": (mailings.OUTCOMES, OUTCOMES),
    "exclusions": (mailings.EXCLUSIONS, Exclusion),
    "refusals": (mailings.REFUSALS, Reason),
    "reasons": (mailings.REASONS, (*Exclusion, *Reason, EXPIRED)),
    "who gets no copy": (audience.EXCLUDED, Exclusion),
    "fields of a document": (document.LABELS, FIELDS),
    "stages of an issue": (issues.STAGES, Stage),
    "states of an import": (imports.STATES, ImportState),
    "subscription states": (subscribers.STATES, FILTERS),
    "their meanings": (subscribers.MEANINGS, FILTERS),
    "ends": (subscribers.ENDS, EndReason),
    "skipped by an import": (subscribers.SKIPS, (*EndReason, SUPPRESSED, MOVED, *FileState)),
    "suppressions": (subscribers.SUPPRESSIONS, SuppressionReason),
    "consents": (subscribers.CONSENTS, ConsentKind),
    "sources of a consent": (subscribers.SOURCES, ConsentSource),
    "somebody added": (subscribers.ADDED, Outcome),
    "relay states": (relays.STATES, (None, *Obstacle)),
    "steps of a test": (relays.STEPS, ProbeStep),
    "results of a step": (relays.RESULTS, Result),
    "queues": (health_words.WORK, Queue),
    "roles": (team_forms.ROLES, RoleName),
    "encryption of a relay": (forms.SECURITIES, Security),
    "dialogues with a relay": (limits_form.DIALOGUES, {name.lower() for name in Dialogue.__members__}),
}


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    Babel(app)
    return app


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_a_word_for_each_member_and_no_other(name: str, app: Flask) -> None:
    table, members = TABLES[name]
    with app.test_request_context("/"):
        assert set(table) == set(members)
        for word in table.values():
            parts = word if isinstance(word, tuple) else (word,)
            assert str(parts[0]).strip()


def test_two_states_of_a_mailing_never_share_a_word(app: Flask) -> None:
    with app.test_request_context("/"):
        words = [str(word) for word, _kind, _icon in mailings.STATES.values()]
    assert len(set(words)) == len(words)


def test_what_has_no_word_is_shown_as_it_is_stored(app: Flask) -> None:
    with app.test_request_context("/"):
        assert mailings.reason_word("of_tomorrow") == "of tomorrow"
        assert mailings.reason_word("") == ""
        assert subscribers.skip_word("of_tomorrow") == "of tomorrow"
        assert subscribers.action_word("subscription.sung") == "subscription.sung"
        assert subscribers.actor_word("ana@press.example") == "ana@press.example"


def test_a_sign_up_on_another_site_has_its_word(app: Flask) -> None:
    with app.test_request_context("/"):
        assert subscribers.source_word(ConsentSource("embedded form")) == "embedded sign-up form"


def test_a_paused_mailing_with_a_reason_waits_for_somebody(app: Flask) -> None:
    with app.test_request_context("/"):
        assert mailings.state_word(DisplayedState.PAUSED)[0] == "Paused"
        assert mailings.state_word(DisplayedState.PAUSED, "the database was restored")[0] == "Needs attention"

"""What preflight says of an issue is the same on its page, in the editor and at the command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import time_machine
import yaml
from flask import Flask
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.core import clock
from newsletter.curation.link_checks.models import LinkCheck
from newsletter.issues.save import save_document
from newsletter.preflight.draft import Draft
from newsletter.preflight.rule_versions import save_rules
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication
from newsletter.stories.record import url_key
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_publication_with_reader
from tests.preflight.drafts import STORY, a_section, sound
from tests.preflight.failing import FAILING
from tests.web.signed_in import SignedIn, signed_in_client

# What cannot be brought about with the built-in themes: its fixtures are drafts only.
DRAFTS_ONLY = {"unsubscribe", "message_urls", "css_support", "spam_score"}
JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Drafts:
    """A place to keep drafts in, and to ask about them."""

    session: Session
    client: SignedIn
    run: Run

    def keep(self, key: str, draft: Draft) -> int:
        """Bring about in the database what `draft` says; the id of its issue."""
        given = draft.publication
        names = ("sender_name", "sender_email", "reply_to", "postal_address")
        make = make_publication_with_reader if draft.has_readers else make_publication
        publication = make(self.session, key.replace("_", "-"))
        for name in names:
            setattr(publication, name, getattr(given, name))
        publication.approval_required = not draft.approved
        for url, found in draft.checked_links.items():
            self.session.merge(
                LinkCheck(
                    url_key=url_key(url),
                    url=url,
                    due_at=clock.now(),
                    checked_at=clock.now(),
                    trouble=found.trouble,
                    detail=found.detail,
                    final_url=found.final_url,
                    headline=found.headline,
                )
            )
        if draft.settings.words:
            words = yaml.safe_dump({"words": dict(draft.settings.words)})
            save_rules(self.session, publication, words, actor="test")
        if draft.sender_problems:
            now, domain = clock.now(), given.sender_email.partition("@")[2]
            problems = list(draft.sender_problems)
            self.session.add(SenderCheck(domain=domain, due_at=now, checked_at=now, problems=problems))
        _break(key, publication)
        document = draft.document
        if key in {"size", "item_bytes"}:
            texts = [
                sound().document.sections[0].model_copy(update={"id": f"t{n}", "text": "It turns. " * 1_900})
                for n in range(6)
            ]
            document = document.model_copy(update={"sections": tuple(texts)})
        issue_id = save_document(self.session, publication, document).issue.id
        self.session.commit()
        return issue_id

    def answers(self, issue_id: int) -> list[dict[str, object]]:
        """What the command line finds; the page and the editor find the same."""
        told = self.run("issue", "check", str(issue_id), "--json").json
        asked = self.client.get(f"/admin/issues/{issue_id}/check", headers=JSON).json
        assert asked is not None
        shared = [{name: each[name] for name in told["findings"][0]} for each in asked["findings"]]
        assert (asked["blocking"], shared) == (told["blocking"], told["findings"])
        page = self.client.get(f"/admin/issues/{issue_id}/check").get_data(as_text=True)
        assert page.count('<li class="finding') == len(told["findings"])
        findings: list[dict[str, object]] = told["findings"]
        return findings


def _break(key: str, publication: Publication) -> None:
    if key == "render":
        publication.theme = "none"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """The day of the drafts."""
    with time_machine.travel(datetime(2026, 11, 20, 9, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def drafts(app: Flask, session: Session, run: Run) -> Drafts:
    owner = create_user(
        session, email="olga@press.example", role=RoleName.OWNER, password="seven quiet herons", actor="test"
    )
    session.commit()
    return Drafts(session, signed_in_client(app, session, owner), run)


def test_each_rule_answers_the_same_everywhere(drafts: Drafts) -> None:
    for key, cases in FAILING.items():
        issue_id = drafts.keep(key, cases[0][0]())
        found = drafts.answers(issue_id)
        if key not in DRAFTS_ONLY:
            assert key in {finding["rule"] for finding in found}, key


@both_databases
def test_a_sound_issue_only_wants_a_test_message(drafts: Drafts) -> None:
    assert [finding["rule"] for finding in drafts.answers(drafts.keep("sound", sound()))] == ["tested"]


def test_the_sizes_of_an_issue_add_up(drafts: Drafts) -> None:
    issue_id = drafts.keep("sizes", a_section(type="links", items=[STORY, STORY]))
    told = drafts.run("issue", "sizes", str(issue_id), "--json").json
    names = [(part["path"], part["name"]) for part in told["parts"]]
    assert names == [
        ("sections[0]", "links"),
        ("sections[0].items[0]", "A mill"),
        ("sections[0].items[1]", "A mill"),
    ]
    assert told["frame"] + told["parts"][0]["octets"] == told["octets"]
    lines = drafts.run("issue", "sizes", str(issue_id)).out.splitlines()
    assert lines[1].endswith(" %    A mill")
    assert lines[-1].endswith("bytes in total")

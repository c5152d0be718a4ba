"""The page of a publication's rules: saving, uploading, downloading, conflicts, versions."""

import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.preflight.models import RulesVersion
from newsletter.preflight.rule_versions import STARTER, save_rules
from newsletter.preflight.rules import RULES
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.publications.conftest import errors, tree, values
from tests.web.signed_in import SignedIn

PAGE = "/admin/p/morning/rules"
CHOSEN = "rules:\n  credit: {severity: blocking}\n"


@pytest.fixture
def form(admin_client: SignedIn, publication: Publication) -> dict[str, str]:
    return values(admin_client.get(PAGE), PAGE)


def versions(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(RulesVersion.text).order_by(RulesVersion.number)))


@both_databases
def test_is_saved_and_shown(admin_client: SignedIn, session: Session, form: dict[str, str]) -> None:
    assert form["text"].strip() == STARTER.strip()
    answer = admin_client.post(PAGE, data=form | {"text": CHOSEN.replace("\n", "\r\n")})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert versions(session) == [CHOSEN]
    page = admin_client.get(PAGE)
    assert values(page, PAGE)["text"].strip() == CHOSEN.strip()
    rows = {
        row.xpath("string(.//code)"): " ".join(row.text_content().split())
        for row in tree(page).xpath("//table//tbody/tr")
    }
    assert rows.keys() == set(RULES.keys())
    assert "Blocks" in rows["credit"]
    assert "Cannot be turned off: the law" in rows["unsubscribe"]
    assert "warn_kb 90 kB from 20 to 102" in rows["size"]


def test_a_file_is_uploaded_and_downloaded(
    admin_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    upload = (io.BytesIO(CHOSEN.encode()), "rules.yaml")
    assert admin_client.post(PAGE, data=form | {"file": upload}).status_code == 303
    answer = admin_client.get(f"{PAGE}.yaml")
    assert (answer.text, answer.mimetype) == (CHOSEN, "application/yaml")
    huge = (io.BytesIO(b"#" * 65_000), "rules.yaml")
    refused = admin_client.post(PAGE, data=form | {"file": huge, "version": "1"})
    assert (refused.status_code, errors(refused)["text"]) == (400, "The rules file has at most 64 kB.")
    assert versions(session) == [CHOSEN]


def test_a_mistake_is_told_with_its_line_and_nothing_typed_is_lost(
    admin_client: SignedIn, session: Session, form: dict[str, str]
) -> None:
    answer = admin_client.post(PAGE, data=form | {"text": "rules:\n  aalt:\n"})
    assert answer.status_code == 400
    assert errors(answer)["text"] == "Line 2: There is no rule “aalt”. Did you mean “alt”?"
    assert values(answer, PAGE)["text"].strip() == "rules:\n  aalt:"
    assert versions(session) == []


def test_of_two_editors_the_second_is_told(
    admin_client: SignedIn, session: Session, publication: Publication, form: dict[str, str]
) -> None:
    save_rules(session, publication, CHOSEN, actor="ana@press.example")
    session.commit()
    mine = "words:\n  e-mail: email\n"
    answer = admin_client.post(PAGE, data=form | {"text": mine})
    assert answer.status_code == 409
    assert "Someone else saved the rules in the meantime." in answer.text
    assert values(answer, PAGE)["text"].strip() == mine.strip()
    assert tree(answer).xpath("//pre[contains(@class, 'rules-diff')]//ins/text()") == [
        "+ rules:",
        "+   credit: {severity: blocking}",
    ]
    assert versions(session) == [CHOSEN]
    again = values(answer, PAGE)
    assert admin_client.post(PAGE, data=again).status_code == 303
    assert versions(session) == [CHOSEN, again["text"].replace("\r\n", "\n")]


def test_a_version_is_shown_and_restored(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    for text in (CHOSEN, "words:\n  a: b\n"):
        save_rules(session, publication, text, actor="ana@press.example")
    session.commit()
    page = tree(admin_client.get(f"{PAGE}/1"))
    assert page.xpath("//pre//del/text()") == ["- words:", "-   a: b"]
    assert admin_client.post(f"{PAGE}/1/restore").status_code == 303
    assert versions(session) == [CHOSEN, "words:\n  a: b\n", CHOSEN]
    assert "Restores version 1" in admin_client.get(PAGE).text
    assert admin_client.get(f"{PAGE}/9").status_code == 404
    assert admin_client.post(f"{PAGE}/9/restore").status_code == 404


def test_what_no_longer_holds_is_not_restored(
    admin_client: SignedIn, session: Session, publication: Publication
) -> None:
    session.add(RulesVersion(publication_id=publication.id, number=1, text="rules:\n  old:\n", author="a"))
    session.flush()
    save_rules(session, publication, CHOSEN, actor="ana@press.example")
    session.commit()
    assert admin_client.post(f"{PAGE}/1/restore").location == f"{PAGE}/1"
    assert "There is no rule “old”." in admin_client.get(f"{PAGE}/1").text

"""The editions of an issue in the browser: adding one, translating with and without script, files."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, ProofMessage
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.subscribers.topics.create import create_topic
from tests.databases import both_databases
from tests.editions import SUBJECTS, WORDS, an_edition, the_document
from tests.factories import make_subscription
from tests.web.admin.issues.conftest import JSON, own, tree, words
from tests.web.signed_in import SignedIn


@pytest.fixture
def translated(session: Session, publication: Publication) -> Issue:
    """An issue in English whose German edition has all but one text."""
    document = the_document(slug="two", editions=[an_edition("de", without="opera")])
    issue = save_document(session, publication, document).issue
    session.commit()
    return issue


def told(answer: TestResponse) -> Any:
    return answer.json


def page_of(issue: Issue, language: str = "de") -> str:
    return own(issue, f"languages/{language}")


def form_of(client: SignedIn, issue: Issue) -> dict[str, str]:
    """The fields of the form as the page fills them in."""
    (form,) = tree(client.get(page_of(issue)).text).cssselect("form.translations")
    fields = {each.get("name"): each.get("value", "") for each in form.cssselect("input[type=hidden]")}
    texts = {each.get("name"): (each.text or "").removeprefix("\n") for each in form.cssselect("textarea")}
    return {name: value for name, value in (fields | texts).items() if name != "csrf_token"}


def key_in(form: dict[str, str], text: str) -> str:
    (key,) = (name.removeprefix("text-") for name, value in form.items() if value == text and "text-" in name)
    return key


def said(session: Session, issue: Issue, language: str = "de") -> list[str]:
    session.rollback()
    document = load_document(find_revision(session, issue))
    return [text.text for each in document.editions if each.language == language for text in each.texts]


@both_databases
def test_an_edition_is_added_translated_and_removed(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    page = own(issue, "languages")
    assert "There is no edition in another language yet." in words(editor_client.get(page).text)
    for typed, status in (("", 400), ("nonsense!", 400), ("en", 409)):
        assert editor_client.post(page, data={"language": typed}).status_code == status
    answer = editor_client.post(page, data={"language": "pt_br"})
    assert (answer.status_code, answer.location) == (303, page_of(issue, "pt-BR"))
    shown = editor_client.get(page_of(issue, "pt-BR"))
    assert "Translation into Portuguese (Brazil)" in words(shown.text)
    assert "Portuguese (Brazil)" in words(editor_client.get(page).text)
    answer = editor_client.post(own(issue, "languages/pt-BR/remove"))
    assert (answer.status_code, answer.location) == (303, page)
    assert editor_client.get(page_of(issue, "pt-BR")).status_code == 404
    assert editor_client.post(own(issue, "languages/pt-BR/remove")).status_code == 404


def test_the_form_saves_what_was_changed(
    editor_client: SignedIn, session: Session, translated: Issue
) -> None:
    page, form = page_of(translated), form_of(editor_client, translated)
    missing = key_in(form, "")
    shown = words(editor_client.get(page).text)
    assert "5 of 6 translated" in shown
    assert WORDS["en"]["opera"] in shown
    before = translated.latest_revision
    assert editor_client.post(page, data=form).status_code == 303
    assert "Nothing was changed." in words(editor_client.get(page).text)
    session.refresh(translated)
    assert translated.latest_revision == before
    answer = editor_client.post(page, data=form | {f"text-{missing}": WORDS["de"]["opera"]})
    assert answer.status_code == 303
    shown = words(editor_client.get(page).text)
    assert "1 translation was saved." in shown
    assert "6 of 6 translated" in shown
    assert WORDS["de"]["opera"] in said(session, translated)


def test_of_two_the_second_is_told_and_keeps_what_was_typed(
    editor_client: SignedIn, admin_client: SignedIn, session: Session, translated: Issue
) -> None:
    page, form = page_of(translated), form_of(editor_client, translated)
    missing, sport = key_in(form, ""), key_in(form, WORDS["de"]["sport"])
    assert admin_client.post(page, data=form | {f"text-{missing}": "Oper."}).status_code == 303
    mine = form | {f"text-{missing}": "Nur Oper.", f"text-{sport}": "Sport."}
    late = editor_client.post(page, data=mine)
    assert late.status_code == 409
    assert "Someone else has translated this in the meantime: “Oper.”" in words(late.text)
    assert "Nur Oper." in late.text
    assert {"Oper.", "Sport."} <= set(said(session, translated))  # the other one was saved
    again = {
        each.get("name"): each.get("value", "")
        for each in tree(late.text).cssselect("form.translations input[type=hidden]")
    }
    assert editor_client.post(page, data=again | {f"text-{missing}": "Nur Oper."}).status_code == 303
    assert "Nur Oper." in said(session, translated)


def test_the_script_is_told_what_became_of_each(
    editor_client: SignedIn, session: Session, translated: Issue
) -> None:
    page, form = page_of(translated), form_of(editor_client, translated)
    missing = key_in(form, "")
    body = {f"text-{missing}": "Oper.", f"seen-{missing}": ""}
    first = told(editor_client.post(page, data=body, headers=JSON))
    assert first["progress"] == "6 of 6 translated"
    second = told(editor_client.post(page, data=body | {f"text-{missing}": "Andere"}, headers=JSON))
    assert second["others"] == {missing: {"text": "Oper.", "seen": first["saved"][missing]}}
    body = {f"text-{missing}": "x\n{{ no }}", f"seen-{missing}": first["saved"][missing]}
    refused = told(editor_client.post(page, data=body, headers=JSON))
    assert "There is no merge field called “no”" in refused["refused"][missing]
    gone = told(editor_client.post(page, data={"text-aa": "x", "seen-aa": ""}, headers=JSON))
    assert gone["gone"] == ["aa"]
    nowhere = editor_client.post(own(translated, "languages/it"), data=body, headers=JSON)
    assert (nowhere.status_code, told(nowhere)["error"]) == (404, "no_edition")


def test_the_history_tells_what_was_translated(editor_client: SignedIn, translated: Issue) -> None:
    page, form = page_of(translated), form_of(editor_client, translated)
    editor_client.post(page, data=form | {f"text-{key_in(form, '')}": "Nur Oper."})
    changed = words(editor_client.get(own(translated, "history/compare?from=1&to=2")).text)
    assert "German, opera: Text" in changed
    assert "Nur Oper." in changed


def test_what_is_out_of_date_is_shown_and_confirmed(
    editor_client: SignedIn, session: Session, translated: Issue
) -> None:
    state = state_of(find_revision(session, translated))
    change = [{"op": "replace", "path": "/sections/1/text", "value": "Sports, and nothing else."}]
    edit_issue(session, translated.id, state, change, author="ana")
    session.commit()
    page = page_of(translated)
    shown = words(editor_client.get(page).text)
    assert "Out of date: the text has changed since" in shown
    assert WORDS["en"]["sport"] in shown
    form = form_of(editor_client, translated)
    key = key_in(form, WORDS["de"]["sport"])
    assert editor_client.post(page, data=form | {f"right-{key}": "y"}).status_code == 303
    assert "5 of 6 translated" in words(editor_client.get(page).text)
    late = editor_client.post(page, data={"text-old": "Alt", "seen-old": ""})
    assert late.status_code == 409
    assert "You wrote: Alt" in words(late.text)


def test_a_file_goes_out_and_comes_back(editor_client: SignedIn, session: Session, translated: Issue) -> None:
    file = editor_client.post(own(translated, "languages/de/translations.po"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="two-de.po"'
    text = file.text.replace(
        f'msgid "{WORDS["en"]["opera"]}"\nmsgstr ""', f'msgid "{WORDS["en"]["opera"]}"\nmsgstr "Oper."'
    )
    upload = own(translated, "languages/de/file")

    def send(octets: bytes) -> TestResponse:
        return editor_client.post(upload, data={"file": (BytesIO(octets), "de.po")})

    assert send(text.encode()).status_code == 303
    assert "Oper." in said(session, translated)
    refused = send(b"\xff")
    assert refused.status_code == 400
    assert "not UTF-8" in words(refused.text)
    assert editor_client.post(upload).status_code in {303, 400}
    odd = text.replace('msgstr "Oper."', 'msgstr "{{ no }}"') + '\nmsgid "Gone"\nmsgstr "Weg"\n'
    send(odd.encode())
    told = words(editor_client.get(page_of(translated)).text)
    assert "1 text from the file is no longer in the issue." in told
    assert "Not imported: There is no merge field called “no”" in told


def test_an_issue_that_is_scheduled_keeps_its_translations(
    editor_client: SignedIn, session: Session, publication: Publication, runtime: Runtime
) -> None:
    for topic in ("sport", "opera"):
        create_topic(session, publication, topic, actor="test")
    issue = save_document(session, publication, the_document(slug="three")).issue
    make_subscription(session, publication, "ana@readers.example")
    schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    form = form_of(editor_client, issue)
    key = key_in(form, WORDS["de"]["all"])
    changed = form | {f"text-{key}": "Anders."}
    assert editor_client.post(page_of(issue), data=changed).status_code == 409
    assert told(editor_client.post(page_of(issue), data=changed, headers=JSON))["error"] == "locked"
    assert editor_client.post(own(issue, "languages"), data={"language": "it"}).status_code == 303
    assert editor_client.post(own(issue, "languages/de/remove")).status_code == 303
    assert editor_client.post(own(issue, "languages/de/file")).status_code == 409
    assert "can no longer be changed" in words(
        editor_client.get(page_of(issue)).text
    ) or "scheduled" in words(editor_client.get(page_of(issue)).text)
    assert WORDS["de"]["all"] in said(session, issue)


def test_the_review_counts_the_languages_and_leads_to_them(
    editor_client: SignedIn, session: Session, publication: Publication, translated: Issue
) -> None:
    for n, language in enumerate(["de", "de-AT", "", "fr"]):
        each = make_subscription(session, publication, f"p{n}@readers.example")
        each.subscriber.language = language
    session.commit()
    shown = tree(editor_client.get(own(translated, "send")).text)
    (finding,) = (each for each in shown.cssselect(".finding") if "1 text is missing" in each.text_content())
    assert "German" in finding.text_content()
    assert finding.cssselect("a")[0].get("href") == own(translated, "languages")
    rows = {
        row.cssselect("td")[0].text_content().strip(): row.cssselect("td.number")[0].text_content().strip()
        for row in shown.cssselect("#who table tbody tr")
    }
    assert rows == {"German": "2", "English": "2"}
    links = [each.get("href") for each in shown.cssselect("#who table a")]
    texts = [editor_client.get(link).text for link in links]
    assert sum(WORDS["de"]["all"] in text for text in texts) == 1
    options = [each.text for each in shown.cssselect("#test select[name=edition] option")]
    assert options == ["English", "German"]
    to = {"addresses": "ed@press.example", "edition": "de"}
    assert editor_client.post(own(translated, "test"), data=to).status_code == 303
    assert editor_client.post(own(translated, "test"), data=to | {"edition": "it"}).status_code == 404
    (proof,) = session.query(ProofMessage).all()
    assert CompiledMessage.from_json(proof.compiled).fill_subject({}) == f"[TEST] {SUBJECTS['de']}"


def test_a_preview_shows_an_edition(editor_client: SignedIn, translated: Issue) -> None:
    shown = editor_client.get(own(translated, "preview?edition=de")).text
    assert WORDS["de"]["all"] in shown
    assert WORDS["en"]["opera"] in shown  # what is missing, in the issue's language
    assert editor_client.get(own(translated, "preview?edition=it")).status_code == 404
    assert WORDS["de"]["all"] in editor_client.get(own(translated, "preview?language=de-CH")).text


def test_the_editor_saves_beside_translations(
    editor_client: SignedIn, session: Session, translated: Issue
) -> None:
    """The script of the editor never sees them, and what it saves leaves them alone."""
    answer = editor_client.get(own(translated, "document"), headers=JSON)
    assert "editions" not in told(answer)["document"]
    patch = '[{"op": "replace", "path": "/title", "value": "Another week"}]'
    headers = JSON | {"If-Match": told(answer)["etag"], "Content-Type": "application/json-patch+json"}
    assert editor_client.patch(own(translated, "document"), data=patch, headers=headers).status_code == 200
    assert WORDS["de"]["all"] in said(session, translated)

"""The page on which the web page of a sent issue is corrected."""

import pytest
from sqlalchemy.orm import Session

from newsletter.corrections.models import Correction
from newsletter.issues.edit import edit_issue
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.publish import publish_issue
from newsletter.issues.published import find_published
from newsletter.mailings.models import Delivery, Mailing, MailingState, Outcome
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.web.admin.issues.conftest import confirmation, own, save_issue, tree, words
from tests.web.signed_in import SignedIn

HEADLINE, BLURB = "sections[1].items[0].headline", "sections[1].items[0].blurb"
NOTE = "The library opens in June."


@pytest.fixture
def sent(session: Session, issue: Issue) -> Issue:
    publish_issue(session, issue.revisions[0])
    session.commit()
    return issue


def form_of(client: SignedIn, issue: Issue) -> dict[str, str]:
    """The fields of the form as the page fills them in."""
    [form] = tree(client.get(own(issue, "correct")).text).cssselect("main form[method=post]")
    fields = {field.get("name"): field.get("value", "") for field in form.cssselect("input[name]")}
    texts = {field.get("name"): (field.text or "").removeprefix("\n") for field in form.cssselect("textarea")}
    return {name: value for name, value in (fields | texts).items() if name != "csrf_token"}


@both_databases
def test_the_page_is_corrected(editor_client: SignedIn, session: Session, sent: Issue) -> None:
    page = own(sent, "correct")
    form = form_of(editor_client, sent)
    assert form[HEADLINE] == "A library for a town that had none"
    assert "subject" not in form
    for typed, said in (
        (form | {"note": NOTE}, "The page is the same as before"),
        (form | {HEADLINE: "Two libraries"}, "readers see this note"),
        (form | {"title": " ", "note": NOTE}, "must not be empty"),
    ):
        refused = editor_client.post(page, data=typed)
        assert refused.status_code == 400
        assert said in words(refused.text)
        assert typed[HEADLINE] in refused.text
        assert typed["note"] in refused.text
    answer = editor_client.post(page, data=form | {HEADLINE: "Two libraries", "note": NOTE})
    assert (answer.status_code, answer.location) == (303, page)
    said = words(editor_client.get(page).text)
    assert "The web page was corrected." in said
    assert NOTE in said
    assert "Correction of the web page" in words(editor_client.get(own(sent, "history")).text)
    assert session.query(Correction).one().actor == "eddi@press.example"


def test_two_people_at_once_keep_what_both_typed(
    editor_client: SignedIn, admin_client: SignedIn, session: Session, sent: Issue, publication: Publication
) -> None:
    page, form = own(sent, "correct"), form_of(editor_client, sent)
    assert admin_client.post(page, data=form | {BLURB: "By mule.", "note": "By mule."}).status_code == 303
    late = editor_client.post(page, data=form | {HEADLINE: "Two libraries", "note": NOTE})
    assert late.status_code == 409
    assert "Someone else corrected this page in the meantime." in words(late.text)
    [shown] = tree(late.text).cssselect('main input[name="shown"]')
    texts = {field.get("name"): field.text for field in tree(late.text).cssselect("main textarea")}
    assert (texts[BLURB], texts["note"]) == ("\nBy mule.", f"\n{NOTE}")
    again = form | {"shown": shown.get("value"), BLURB: "By mule.", HEADLINE: "Two libraries", "note": NOTE}
    assert editor_client.post(page, data=again).status_code == 303
    [_, digest] = find_published(session, publication, sent.slug).document.model_dump()["sections"]
    assert (digest["items"][0]["headline"], digest["items"][0]["blurb"]) == ("Two libraries", "By mule.")
    for shown_typed in ("", "0", "99999999999", "x"):
        assert editor_client.post(page, data=form | {"shown": shown_typed}).status_code == 409


def test_a_draft_has_no_page_to_correct(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    page = own(issue, "correct")
    assert "no web page yet" in words(editor_client.get(page).text)
    assert editor_client.post(page, data={"shown": "1", "note": NOTE, "title": "New"}).status_code == 409
    other = save_issue(session, issue.publication, title="Week two", slug="week-two")
    session.commit()
    assert not session.query(Correction).all()
    assert "no web page yet" in words(editor_client.get(own(other, "correct")).text)


@pytest.mark.usefixtures("readers")
def test_a_correction_mail_says_whom_it_goes_to(
    editor_client: SignedIn, session: Session, issue: Issue, runtime: Runtime
) -> None:
    page = own(issue, "correction-mail")
    assert editor_client.post(page).location == own(issue, "correct")
    assert "was not sent yet" in words(editor_client.get(own(issue, "correct")).text)
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    assert freeze(runtime.sessions, mailing.id, runtime.links)
    session.query(Delivery).filter(Delivery.outcome == Outcome.PENDING, Delivery.seq < 12).update(
        {"outcome": Outcome.SENT}
    )
    session.query(Mailing).update({"state": MailingState.FINISHED})
    session.commit()
    assert "Write a correction mail" in editor_client.get(own(issue, "correct")).text
    opened = editor_client.post(page)
    assert editor_client.post(page).location == opened.location
    draft = session.query(Issue).filter(Issue.corrects_issue_id == issue.id).one()
    assert opened.location == own(draft, "edit")
    edit_issue(
        session,
        draft.id,
        "1.0",
        [{"op": "replace", "path": "/sections/0/text", "value": "It is in June."}],
        author="x",
    )
    session.commit()
    who = "the 11 people who got No. 1 and are still subscribed"
    said = words(editor_client.get(f"{own(draft, 'send')}?when=now").text)
    assert f"A correction mail goes to {who}, and to nobody else." in said
    assert f"Send to {who} now." in said
    assert "1 did not get the corrected issue" in said
    sent = editor_client.post(own(draft, "send"), data=confirmation(editor_client, draft, when="now"))
    assert sent.status_code == 303
    said = words(editor_client.get(own(draft, "send")).text)
    assert "Start the next issue" not in said
    assert "See it on the web" not in said


def test_a_correction_is_offered_to_the_next_issue(
    editor_client: SignedIn, session: Session, sent: Issue, publication: Publication
) -> None:
    form = form_of(editor_client, sent)
    for headline in ("Two libraries", "Three libraries"):
        shown = {"shown": form_of(editor_client, sent)["shown"]}
        editor_client.post(
            own(sent, "correct"), data=form | shown | {HEADLINE: headline, "note": f"{headline}."}
        )
    draft = save_issue(session, publication, title="Week two", slug="week-two")
    session.commit()
    page = own(draft, "errata")
    said = words(editor_client.get(own(draft, "edit")).text)
    assert "Correction of “Week one” Two libraries." in said
    for do in ("insert", "insert", "dismiss"):
        number = "1" if do == "insert" else "2"
        answer = editor_client.post(page, data={"correction": number, "do": do})
        assert (answer.status_code, answer.location) == (303, own(draft, "edit"))
        assert "Correction of “Week one” Two libraries." not in words(editor_client.get(answer.location).text)
    assert "Three libraries." not in words(editor_client.get(own(draft, "edit")).text)
    document = load_document(find_revision(session, draft))
    assert [section.title for section in document.sections] == ["", "Weekly digest", "Correction"]
    editor_client.post(page, data={"correction": "x"})
    assert "There is no correction 0." in words(editor_client.get(own(draft, "edit")).text)
    assert editor_client.post(own(draft, "delete")).status_code == 303
    session.rollback()
    assert session.get_one(Correction, 1).erratum_issue_id is None

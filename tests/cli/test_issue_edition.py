"""`newsletter issue edition` and `issue test`: an issue in several languages, from the command line."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import ProofMessage
from newsletter.issues.save import save_document
from newsletter.outbox.models import SystemMessage
from newsletter.rendering.message import CompiledMessage
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.editions import SUBJECTS, WORDS, the_document
from tests.factories import make_publication, make_publication_with_reader, make_subscription


@both_databases
def test_an_issue_is_translated_in_a_file(session: Session, run: Run, tmp_path: Path) -> None:
    document = the_document(editions=[])
    issue = str(save_document(session, make_publication_with_reader(session), document).issue.id)
    session.commit()
    added = run("issue", "edition", "add", issue, "DE", "--json").json
    assert added == {"issue": int(issue), "language": "de", "current": 0, "outdated": 0, "missing": 6}
    again = run("issue", "edition", "add", issue, "de")
    assert (again.code, "in German already" in again.err) == (2, True)
    assert run("issue", "edition", "add", issue, "klingonese").code == 2
    file = tmp_path / "de.po"
    text = run("issue", "edition", "export", issue, "de").out
    words = {SUBJECTS["en"]: SUBJECTS["de"]} | {WORDS["en"][key]: WORDS["de"][key] for key in WORDS["en"]}
    for source, translated in words.items():
        text = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translated}"')
    file.write_text(text)
    taken = run("issue", "edition", "import", issue, "de", str(file), "--json").json
    assert (taken["taken"], taken["current"], taken["missing"], taken["gone"]) == (6, 6, 0, [])
    listed = run("issue", "edition", "list", issue, "--json").json
    expected = [{"language": "de", "current": 6, "outdated": 0, "missing": 0}]
    assert listed == {"issue": int(issue), "language": "en", "editions": expected}
    assert "German" in run("issue", "edition", "list", issue).out
    shown = run("issue", "render", issue, "--format", "text", "--language", "de-AT").out
    assert WORDS["de"]["all"] in shown
    assert WORDS["en"]["all"] in run("issue", "render", issue, "--format", "text").out
    bad = text.replace(f'msgstr "{WORDS["de"]["all"]}"', 'msgstr "{{ nothing }}"')
    file.write_text(bad)
    refused = run("issue", "edition", "import", issue, "de", str(file))
    assert (refused.code, "Refused: There is no merge field called “nothing”" in refused.out) == (1, True)
    removed = run("issue", "edition", "remove", issue, "de", "--json").json
    assert removed["language"] == "de"
    assert run("issue", "edition", "remove", issue, "de").code == 2
    assert run("issue", "edition", "export", issue, "de").code == 2
    assert run("issue", "edition", "import", issue, "it", str(tmp_path / "none.po")).code == 2


def test_an_edition_that_is_unfinished_is_told(session: Session, run: Run) -> None:
    publication = make_publication_with_reader(session)
    issue = str(save_document(session, publication, the_document(editions=[])).issue.id)
    session.commit()
    run("issue", "edition", "add", issue, "ar")
    checked = run("issue", "check", issue)
    assert checked.code == 1
    assert "blocking  Arabic: 6 texts are missing.  [editions]" in checked.out


def test_what_a_reader_gets_is_in_their_language(session: Session, run: Run) -> None:
    publication = make_publication(session)
    issue = str(save_document(session, publication, the_document()).issue.id)
    make_subscription(session, publication, "ana@readers.example").subscriber.language = "ar"
    session.commit()
    shown = run("issue", "render", issue, "--format", "text", "--subscriber", "ana@readers.example").out
    assert WORDS["ar"]["all"] in shown


def test_a_test_message_is_in_the_language_that_is_asked_for(session: Session, run: Run) -> None:
    issue = str(save_document(session, make_publication(session), the_document()).issue.id)
    session.commit()
    for language in ([], ["--language", "de"], ["--language", "de"], ["--language", "ar"]):
        run("issue", "test", issue, "ed@press.example", *language)
    sent = [
        CompiledMessage.from_json(each.compiled).fill_subject({})
        for each in session.scalars(select(ProofMessage).order_by(ProofMessage.id))
    ]
    assert sent == [f"[TEST] {SUBJECTS[language]}" for language in ("en", "de", "ar")]
    locales = session.scalars(select(SystemMessage.locale).order_by(SystemMessage.id)).all()
    assert locales == ["en", "de", "ar"]
    session.commit()
    wrong = run("issue", "test", issue, "ed@press.example", "--language", "it")
    assert (wrong.code, "no edition in “it”" in wrong.err) == (2, True)

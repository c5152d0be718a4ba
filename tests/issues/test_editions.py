"""Editions: what is translated, out of date and missing, and who changes it."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.links import Links
from newsletter.document import DocumentInvalid, dumps, loads
from newsletter.document.edition import MOST_EDITIONS
from newsletter.document.markdown import from_markdown
from newsletter.document.reading import read
from newsletter.document.translate import Progress, in_edition, texts_to_translate
from newsletter.issues.create import create_issue
from newsletter.issues.diff import diff_documents
from newsletter.issues.edit import Locked
from newsletter.issues.editions.change import add_edition, remove_edition
from newsletter.issues.editions.translate import (
    Change,
    change_translations,
)
from newsletter.issues.import_document import import_document
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.issues.restore import restore_revision
from newsletter.issues.save import save_document
from newsletter.issues.snippets.save import SnippetWords, save_snippet
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.factories import make_publication, make_publication_with_reader
from tests.issues.translating import (
    SECTIONS,
    STORIES,
    document_of,
    edit,
    keys_of,
    progress,
    say,
    the_document,
)


@pytest.fixture
def publication(session: Session) -> Publication:
    return make_publication(session)


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    issue = save_document(session, publication, the_document()).issue
    add_edition(session, issue.id, "de", actor="ana")
    return issue


def test_what_is_translated_are_words() -> None:
    found = {text.at: text.value for text in texts_to_translate(the_document())}
    assert found == {
        "title": "Week one",
        "hello.text": the_document().sections[0].model_dump()["text"],
        "digest.title": "Digest",
        "digest.items.headline": "A line reopens",
        "digest.items.blurb": "It *turns* again.",
        "said.items.text": "Nine years.",
    }


@both_databases
def test_a_translation_is_saved_and_follows_its_text(session: Session, issue: Issue) -> None:
    outcome = say(session, issue, "A mill turns", " Eine Mühle dreht sich \r\n")
    assert len(outcome.saved) == 1
    assert progress(session, issue) == {Progress.CURRENT: 1, Progress.MISSING: 6}
    edit(session, issue, "/sections/1/items", STORIES[::-1])
    assert progress(session, issue) == {Progress.CURRENT: 1, Progress.MISSING: 6}
    shown = in_edition(document_of(session, issue), "de").document
    assert shown.sections[1].items[1].headline == "Eine Mühle dreht sich"  # type: ignore[union-attr]
    assert (shown.language, shown.editions, shown.title) == ("de", (), "Week one")


def test_a_changed_text_makes_its_translation_out_of_date(session: Session, issue: Issue) -> None:
    say(session, issue, "A mill turns", "Eine Mühle dreht sich")
    say(session, issue, "Week one", "Woche eins")
    edit(session, issue, "/title", "The first week of all")
    edit(session, issue, "/sections/1/items/0/headline", "The old mill turns")
    assert progress(session, issue) == {Progress.OUTDATED: 2, Progress.MISSING: 5}
    assert in_edition(document_of(session, issue), "de").document.title == "Woche eins"
    # Another story in its place is not the same story with other words.
    edit(session, issue, "/sections/1/items/0/headline", "Grain prices fall in Genoa")
    assert progress(session, issue) == {Progress.OUTDATED: 1, Progress.MISSING: 6}
    # It is still right: confirmed as it is. What it was made from is forgotten then.
    say(session, issue, "The first week of all", "Woche eins", "Woche eins")
    assert progress(session, issue) == {Progress.CURRENT: 1, Progress.MISSING: 6}
    (edition,) = document_of(session, issue).editions
    assert [each.source for each in edition.texts] == ["The first week of all", "A mill turns"]
    # What an editor puts back has its translation again.
    edit(session, issue, "/sections/1/items/0/headline", "A mill turns")
    assert progress(session, issue)[Progress.CURRENT] == 2


def test_of_two_who_translate_the_same_text_the_second_is_told(session: Session, issue: Issue) -> None:
    key = keys_of(session, issue)["Digest"]
    say(session, issue, "Digest", "Auslese")
    second = say(session, issue, "Digest", "Überblick")
    assert (second.saved, second.others) == ([], {key: "Auslese"})
    assert say(session, issue, "Digest", "Auslese").saved == [key]  # the same words are no conflict
    assert say(session, issue, "Digest", "", "Auslese").saved == [key]
    assert progress(session, issue) == {Progress.MISSING: 7}


@both_databases
def test_two_at_once(runtime: Runtime, session: Session, issue: Issue) -> None:
    keys = keys_of(session, issue)
    session.commit()
    start, outcomes = Barrier(2), []

    def translate(word: str, other: str) -> None:
        with runtime.session() as own:
            start.wait()
            changes = {keys["Digest"]: Change(word, ""), keys[other]: Change(word, "")}
            outcomes.append(change_translations(own, issue.id, "de", changes, actor=word))
            own.commit()

    threads = [Thread(target=translate, args=each) for each in (("A", "Week one"), ("B", "Nine years."))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    assert sorted(len(outcome.saved) for outcome in outcomes) == [1, 2]
    assert sorted(len(outcome.others) for outcome in outcomes) == [0, 1]
    assert progress(session, issue)[Progress.CURRENT] == 3


def test_words_that_are_gone_are_told(session: Session, issue: Issue) -> None:
    key = keys_of(session, issue)["Digest"]
    edit(session, issue, "/sections/1/title", "Overview")
    outcome = change_translations(session, issue.id, "de", {key: Change("Auslese", "")}, actor="ben")
    assert (outcome.saved, outcome.gone) == ([], [key])


@pytest.mark.parametrize(
    ("of", "text", "sentence"),
    [
        ("Digest", "Zwei\nZeilen", "Keep this on one line."),
        ("Digest", "x" * 301, "This is too long: at most 300 characters."),
        ("It *turns* again.", "{{ first_nam }}", "There is no merge field called “first_nam”."),
        ("It *turns* again.", "[x](javascript:1)", "A link must begin with https:// or http://."),
        ("Digest", "\u202egnip", ""),
        ("Digest", "a\x00b", "Remove the control characters from this text."),
    ],
)
def test_what_cannot_stand_there_is_refused_and_the_rest_saved(
    session: Session, issue: Issue, of: str, text: str, sentence: str
) -> None:
    keys = keys_of(session, issue)
    changes = {keys[of]: Change(text, ""), keys["Week one"]: Change("Woche eins", "")}
    outcome = change_translations(session, issue.id, "de", changes, actor="ben")
    assert outcome.saved == [keys["Week one"]]
    assert sentence in outcome.refused[keys[of]]
    assert progress(session, issue)[Progress.CURRENT] == 1
    assert loads(dumps(document_of(session, issue)), stored=True) == document_of(session, issue)


def test_which_editions_there_can_be(session: Session, issue: Issue) -> None:
    for language in ("de", "DE", "en", "EN"):
        with pytest.raises(Conflict, match="already"):
            add_edition(session, issue.id, language, actor="ana")
    for language in ("", "German", "x" * 50, "de\n"):
        if language != "de\n":
            with pytest.raises(Refused, match="is not a language"):
                add_edition(session, issue.id, language, actor="ana")
    for number in range(MOST_EDITIONS - 1):
        add_edition(session, issue.id, f"fr-{number:02}x", actor="ana")
    with pytest.raises(Refused, match="at most 12"):
        add_edition(session, issue.id, "it", actor="ana")
    remove_edition(session, issue.id, "de", actor="ana")
    with pytest.raises(Missing):
        remove_edition(session, issue.id, "de", actor="ana")
    assert document_of(session, issue).editions[0].language == "fr-00x"


def test_a_document_has_each_language_once() -> None:
    for editions, language in (
        ([{"language": "de"}, {"language": "DE"}], None),
        ([{"language": "de"}], "de"),
    ):
        with pytest.raises(DocumentInvalid) as caught:
            the_document(editions=editions, language=language)
        assert "is in the language" in caught.value.message
    twice = {"at": "title", "source": "Week one", "text": "x"}
    with pytest.raises(DocumentInvalid) as caught:
        the_document(editions=[{"language": "de", "texts": [twice, twice]}])
    assert caught.value.fields == {"editions[0].texts[1].source": "This text is translated twice."}


def test_an_issue_that_is_sent_keeps_its_editions(session: Session, links: Links) -> None:
    publication = make_publication_with_reader(session, "other")
    document = read({"title": "x", "subject": "Hi", "preheader": "x", "sections": SECTIONS[:1]})
    issue = save_document(session, publication, document).issue
    schedule(session, issue, None, links, actor="ana")
    with pytest.raises(Locked):
        add_edition(session, issue.id, "de", actor="ana")


def test_what_says_nothing_of_editions_leaves_them(
    session: Session, publication: Publication, issue: Issue
) -> None:
    say(session, issue, "Digest", "Auslese")
    for document in (
        from_markdown("---\ntitle: Week one\nslug: one\n---\n\n## Digest\n\nWords."),
        the_document(title="Other"),
        loads('{"version": 1, "title": "Third", "slug": "one"}'),
    ):
        saved = import_document(session, publication, document).saved
        assert saved.changed
        assert [each.language for each in document_of(session, issue).editions] == ["de"]
    save_document(session, publication, the_document(editions=[]))
    assert document_of(session, issue).editions == ()
    restore_revision(session, issue.id, find_revision(session, issue).number - 1, actor="ana")
    assert [each.language for each in document_of(session, issue).editions] == ["de"]
    # A file in the language of an edition is that edition's end.
    in_german = loads('{"version": 1, "title": "Woche", "slug": "one", "language": "de"}')
    save_document(session, publication, in_german)
    assert document_of(session, issue).editions == ()


def test_the_history_tells_what_was_translated(session: Session, issue: Issue) -> None:
    before = document_of(session, issue)
    say(session, issue, "Digest", "Auslese")
    found = diff_documents(before, document_of(session, issue)).fields
    assert [(each.name, each.before, each.after) for each in found] == [("de: digest.title", "", "Auslese")]
    (added,) = diff_documents(the_document(), before).fields
    assert (added.name, added.after) == ("editions", "de")


def test_the_next_issue_begins_with_what_recurs(
    session: Session, publication: Publication, issue: Issue
) -> None:
    say(session, issue, "Digest", "Auslese")
    say(session, issue, "Week one", "Woche eins")
    following = create_issue(session, publication, "Week two", like=issue, actor="ana")
    (edition,) = document_of(session, following).editions
    assert [(each.source, each.text) for each in edition.texts] == [("Digest", "Auslese")]
    # So does an edition that is added to an issue which was begun from nothing.
    other = save_document(session, publication, the_document(slug="three", title="Three")).issue
    add_edition(session, other.id, "de", actor="ana")
    assert progress(session, other) == {Progress.CURRENT: 1, Progress.MISSING: 6}


def test_snippets_are_translated_like_other_texts(
    session: Session, publication: Publication, issue: Issue
) -> None:
    words = SnippetWords(title="Support us", text="Give what a coffee costs.")
    save_snippet(session, publication, "support", words, actor="ana")
    section = {"type": "snippet", "id": "s", "key": "support"}
    saved = save_document(session, publication, the_document(slug="four", sections=[section])).issue
    add_edition(session, saved.id, "de", actor="ana")
    say(session, saved, "Give what a coffee costs.", "Geben Sie, was ein Kaffee kostet.")
    save_snippet(session, publication, "support", replace(words, text="Give what tea costs."), actor="ana")
    assert progress(session, saved) == {Progress.OUTDATED: 1, Progress.MISSING: 2}

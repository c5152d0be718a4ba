"""Editions in files for translators, and what a document says in an edition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.document import Document
from newsletter.document.edition import Edition, Translation
from newsletter.document.translate import Progress, in_edition, texts_in, texts_to_translate
from newsletter.issues.editions.change import add_edition
from newsletter.issues.editions.import_file import import_translations
from newsletter.issues.editions.po import read_catalogue, write_catalogue
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.document.strategies import documents
from tests.factories import make_publication
from tests.issues.translating import document_of, edit, progress, say, the_document


@pytest.fixture
def publication(session: Session) -> Publication:
    return make_publication(session)


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    issue = save_document(session, publication, the_document()).issue
    add_edition(session, issue.id, "de", actor="ana")
    return issue


def test_a_catalogue_comes_back_with_what_was_translated(session: Session, issue: Issue) -> None:
    say(session, issue, "Week one", "Woche eins")
    say(session, issue, "Digest", "Auslese")
    edit(session, issue, "/sections/1/title", "The digest")
    document = document_of(session, issue)
    octets = write_catalogue(issue.title, "de", texts_in(document, document.editions[0]))
    text = octets.decode()
    assert 'msgctxt "title"\nmsgid "Week one"\nmsgstr "Woche eins"' in text
    assert '#, fuzzy\n#| msgid "Digest"\nmsgctxt "digest.title"\nmsgid "The digest"\nmsgstr "Auslese"' in text
    assert '"Language: de\\n"' in text
    done = text.replace('msgid "Nine years."\nmsgstr ""', 'msgid "Nine years."\nmsgstr "Neun Jahre."')
    outcome = import_translations(session, issue.id, "de", done.encode(), actor="ben")
    assert len(outcome.saved) == 2  # without what is fuzzy
    assert progress(session, issue) == {Progress.CURRENT: 2, Progress.OUTDATED: 1, Progress.MISSING: 4}
    moved = done.replace("said.items.text", "elsewhere.text").replace('msgid "Week one"', 'msgid "Week 1"')
    again = import_translations(session, issue.id, "de", moved.encode(), actor="ben")
    assert (len(again.saved), again.gone) == (1, ["title: Week 1"])


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"hello", "not a gettext catalogue"),
        (b'msgid "a', "not a gettext catalogue"),
        (b'msgid ""\nmsgstr "Language: fr\\n"\n', "in “fr”, not in “de”"),
        (b'msgid ""\nmsgstr "Plural-Forms: nplurals=x; plural=(;\\n"\n', "not a gettext catalogue"),
        (b" " * 4_000_001, "more than 4 MB"),
    ],
)
def test_what_is_no_catalogue_is_refused(octets: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        read_catalogue(octets, "de")
    assert sentence in caught.value.message


@given(documents, st.text(max_size=5))
def test_every_document_round_trips_through_a_catalogue(document: Document, mark: str) -> None:
    texts = texts_to_translate(document)
    edition = Edition.model_construct(language="de", texts=())
    octets = write_catalogue(document.title, "de", texts_in(document, edition))
    assert read_catalogue(octets, "de") == []
    translated = {(text.at, text.value): f"x{text.value}{mark}".replace("\x00", "") for text in texts}
    of_all = Edition.model_construct(
        language="de",
        texts=tuple(
            Translation.model_construct(at=at, source=source, text=said)
            for (at, source), said in translated.items()
        ),
    )
    again = read_catalogue(write_catalogue(document.title, "de", texts_in(document, of_all)), "de")
    assert {(each.at, each.source): each.text for each in again} == translated


@given(documents)
def test_a_document_in_an_edition_differs_in_words_alone(document: Document) -> None:
    texts = texts_to_translate(document)
    said = tuple({(each.at, each.value): each for each in texts}.values())
    translations = tuple(
        Translation.model_construct(at=each.at, source=each.value, text=f"x{each.value}") for each in said
    )
    edition = Edition.model_construct(language="xx", texts=translations)
    whole = document.model_copy(update={"editions": (edition,)})
    shown = in_edition(whole, "xx")
    assert shown.untranslated == frozenset()
    assert texts_to_translate(shown.document.model_copy(update={"language": None})) == [
        type(each)(each.path, each.at, f"x{each.value}", each.is_listed) for each in texts
    ]
    assert in_edition(whole, "yy").document == document.model_copy(update={"editions": ()})

"""The catalogues hold every word of the sources, translated; and any locale finds its language."""

from gettext import NullTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from newsletter.core import i18n
from scripts.catalogues import begin, behind, catalogues, extract, faults, load, updated
from tests.catalogues import compile_stale

compile_stale()

LANGUAGES = ["ar", "de", "fr", "it"]
HOW = "run python scripts/catalogues.py, and translate what it names"


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


def test_there_is_a_catalogue_for_each_language() -> None:
    assert list(catalogues()) == LANGUAGES
    assert i18n.available() == ("en", *LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_step_with_the_sources(language: str, template: Catalog) -> None:
    assert list(behind(load(catalogues()[language]), template)) == [], HOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated_with_the_same_placeholders(language: str) -> None:
    assert list(faults(load(catalogues()[language]))) == [], HOW


def test_the_words_of_pages_messages_and_code_are_all_found(template: Catalog) -> None:
    places = {name for message in template for name, _line in message.locations}
    for place in (
        "newsletter/web/errors.py",
        "templates/public/error.html",
        "templates/email/system/_base.html",
        "templates/email/system/confirmation.txt",
        "newsletter/document/attribution.py",
    ):
        assert place in places


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Hello %(name)s"\nmsgstr ""', "not translated: Hello %(name)s"),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo %(nome)s"', "other placeholders: Hello %(name)s"),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo"', "other placeholders: Hello %(name)s"),
        ('#, fuzzy\nmsgid "Hello"\nmsgstr "Hallo"', "marked fuzzy: Hello"),
        (
            'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "%(num)s Tag"\nmsgstr[1] ""',
            "not translated: %(num)s day",
        ),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo, %(name)s, 100 %%"', None),
        (
            'msgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] "ein Tag"\nmsgstr[1] "%(num)s Tage"',
            None,
        ),
    ],
)
def test_faults_are_found(entry: str, fault: str | None) -> None:
    catalogue = read_po([line.encode() for line in entry.splitlines(keepends=True)], locale="de")
    assert list(faults(catalogue)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("de", "Sie haben  abonniert", "Sie haben abonniert"),
        ("it", "l'iscrizione", "l’iscrizione"),
        ("fr", "Abonné ?", "Abonné\N{NO-BREAK SPACE}?"),
        ("fr", "« Source »", "«\N{NO-BREAK SPACE}Source\N{NO-BREAK SPACE}»"),
        ("ar", "هل اشتركت?", "هل اشتركت؟"),
        ("ar", "١٢ رسالة", "12 رسالة، أو 1,200"),
    ],
)
def test_signs_are_those_of_the_language(language: str, wrong: str, right: str) -> None:
    for translation, expected in ((wrong, ["signs of another language: Hello"]), (right, [])):
        entry = f'msgid "Hello"\nmsgstr "{translation}"\n'
        catalogue = read_po([line.encode() for line in entry.splitlines(keepends=True)], locale=language)
        assert list(faults(catalogue)) == expected


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    old = Catalog(locale="de")
    old.add("Kept", "Behalten")
    old.add("Gone", "Weg")
    with path.open("wb") as file:
        write_po(file, old)
    template = Catalog()
    for words in ("Kept", "New"):
        template.add(words, locations=[("here.py", 1)])
    assert sorted(behind(load(path), template)) == ["gone: Gone", "new: New"]
    path.write_bytes(updated(path, template))
    catalogue = load(path)
    assert list(behind(catalogue, template)) == []
    assert {message.id: message.string for message in catalogue if message.id} == {
        "Kept": "Behalten",
        "New": "",
    }
    assert updated(path, template) == path.read_bytes()


def test_a_new_language_begins_empty_and_never_overwrites(tmp_path: Path) -> None:
    path = begin("pl", tmp_path)
    assert "Plural-Forms" in path.read_text()
    path.write_text("mine")
    assert begin("pl", tmp_path).read_text() == "mine"


@pytest.mark.parametrize("locale", ["de", "de-AT", "de_CH", "DE"])
def test_a_locale_finds_its_language(locale: str) -> None:
    assert i18n.language(locale) == "de"
    assert i18n.translations(locale).gettext("Unsubscribe") == "Abmelden"


@pytest.mark.parametrize("locale", ["en", "en-GB", "xx", ""])
def test_what_has_no_catalogue_is_english(locale: str) -> None:
    assert type(i18n.translations(locale)) is NullTranslations
    assert i18n.translations(locale).gettext("Unsubscribe") == "Unsubscribe"


def test_directions() -> None:
    assert [i18n.direction(locale) for locale in ("ar-EG", "he", "de", "")] == ["rtl", "rtl", "ltr", "ltr"]

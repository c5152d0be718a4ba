"""Language tags in one spelling."""

import pytest

from newsletter.core.language_name import language_name, own_language_name
from newsletter.core.language_tag import best_of, covers, language_tag


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("pt_BR", "pt-BR"),
        (" DE-at ", "de-AT"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("sl-ROZAJ", "sl-rozaj"),
        ("es-419", "es-419"),
        ("", ""),
        ("German", ""),
        ("de,en", ""),
        ("d", ""),
        ("de--AT", ""),
    ],
)
def test_a_tag_has_one_spelling(written: str, tag: str) -> None:
    assert language_tag(written) == tag
    assert language_tag(tag) == tag


def test_a_language_names_its_regions_and_not_others() -> None:
    assert covers("de", "de_AT")
    assert covers("pt-BR", "pt_br")
    assert not covers("de-AT", "de")
    assert not covers("de", "deu")


def test_the_most_exact_language_is_offered() -> None:
    offered = ["en", "de", "pt-BR", "de-AT"]
    wanted = ["de-AT-1996", "de-CH", "pt", "pt-PT", "en-US", "fr", ""]
    assert [best_of(offered, spoken) for spoken in wanted] == [3, 1, 2, 2, 0, None, None]


def test_languages_have_names() -> None:
    assert language_name("pt-BR") == "Portuguese (Brazil)"
    assert language_name("tlh") == "tlh"
    assert own_language_name("it") == "Italiano"

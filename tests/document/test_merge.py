"""Merge fields: a grammar small enough to be sure of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document import Document, DocumentInvalid
from newsletter.document.blocks.button import ButtonSection
from newsletter.document.merge import (
    DEFAULTS,
    TOKENS,
    MergeField,
    fields_in,
    mask,
    parse,
    substitute,
    with_defaults,
)
from newsletter.document.walk import fields_of
from tests.document.strategies import lines, merge_fields, static_texts


@given(merge_fields)
def test_what_is_written_is_what_is_read(field: MergeField) -> None:
    assert parse(str(field)) == [field]


@given(st.lists(static_texts | merge_fields, max_size=8))
def test_a_text_is_read_piece_by_piece(pieces: list[str | MergeField]) -> None:
    text = "".join(map(str, pieces))
    assert [piece for piece in parse(text) if isinstance(piece, MergeField)] == [
        piece for piece in pieces if isinstance(piece, MergeField)
    ]
    assert substitute(text, str) == text
    assert "".join(map(str, parse(text))) == text


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        pieces = parse(text)
    except DocumentInvalid:
        assert "{{" in text or "}}" in text
    else:
        assert not any(isinstance(piece, str) and ("{{" in piece or "}}" in piece) for piece in pieces)


@given(lines)
def test_masking_hides_every_field_and_brings_it_back(text: str) -> None:
    masked = mask(text)
    assert "{{" not in masked.text
    assert masked.restore(masked.text) == substitute(text, str)
    assert masked.substitute(masked.text, lambda field: field.default) == with_defaults(text)


def test_a_text_that_looks_like_a_mask_stays_what_it_is() -> None:
    text = 'mergefield0z {{ name | default: "x" }}'
    assert mask(text).restore(mask(text).text) == text
    assert "mergefield0z" in mask(text).substitute(mask(text).text, lambda _: "")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{{first_name}}", MergeField("first_name")),
        ("{{ first_name }}", MergeField("first_name")),
        ('{{ first_name | default: "reader" }}', MergeField("first_name", "reader")),
        ('{{first_name|default:"reader"}}', MergeField("first_name", "reader")),
        ('{{ name | default: "a \\"b\\" \\\\ c" }}', MergeField("name", 'a "b" \\ c')),
        ('{{ name | default: "}} {{" }}', MergeField("name", "}} {{")),
        ("{{ attributes.home_town }}", MergeField("attributes.home_town")),
        ("{{ publication_name }}", MergeField("publication_name")),
        ('{{ email | default: "" }}', MergeField("email")),
    ],
)
def test_spellings(text: str, field: MergeField) -> None:
    assert parse(text) == [field]


@pytest.mark.parametrize(
    "text",
    [
        "{{",
        "}}",
        "{{ }}",
        "{{ first_name }",
        "{ first_name }}",
        "{{ first_name | upper }}",
        "{{ first_name | default: reader }}",
        "{{ first_name | default: 'reader' }}",
        '{{ first_name | default: "reader }}',
        '{{ first_name | default: "a\nb" }}',
        "{{ first\nname }}",
        "{{ password }}",
        "{{ attributes }}",
        "{{ attributes. }}",
        "{{ attributes.Town }}",
        "{{ attributes.__class__ }}",
        "{{ first_name.__class__ }}",
        "{{ 7*7 }}",
        "{{{ first_name }}}",
        '{{ name | default: "%s" }}' % ("x" * 101),
    ],
)
def test_slips_are_told(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        parse(f"Dear {text},")


def test_defaults_inside_urls_are_percent_encoded() -> None:
    url = 'https://example.org/?n={{ name | default: "a b&c" }}'
    assert DEFAULTS.url(url) == "https://example.org/?n=a%20b%26c"
    assert TOKENS.url(url) == url


def test_the_fields_of_a_document_come_once_and_in_order() -> None:
    document = Document(
        title="A",
        subject='{{ name | default: "x" }}',
        preheader="{{ email }} {{ name }}",
        sections=(
            ButtonSection(type="button", url="https://x.example/?c={{ attributes.city }}&n={{ email }}"),
        ),
    )
    assert fields_of(document) == [
        MergeField("name", "x"),
        MergeField("email"),
        MergeField("name"),
        MergeField("attributes.city"),
    ]
    assert fields_in([]) == []

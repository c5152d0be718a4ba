"""The contract of every block in the registry."""

from typing import Any, get_args

import pytest

from newsletter.core.paths import templates_dir
from newsletter.document import Document, dumps, loads
from newsletter.document.blocks import BLOCKS, AnySection
from newsletter.document.section import Block, Section

every_block = pytest.mark.parametrize("block", list(BLOCKS), ids=BLOCKS.keys())


@every_block
def test_the_type_of_its_sections_is_its_key(block: Block[Any]) -> None:
    assert issubclass(block.model, Section)
    assert get_args(block.model.model_fields["type"].annotation) == (block.key,)


@every_block
def test_it_has_a_label_and_templates(block: Block[Any]) -> None:
    assert block.label
    folder = templates_dir() / "email" / "blocks"
    assert (folder / f"{block.key}.html").is_file()
    assert (folder / f"{block.key}.txt").is_file()


@every_block
def test_its_example_survives_the_text_form(block: Block[Any]) -> None:
    example = block.example()
    assert type(example) is block.model
    document = Document(title="A", sections=(example,))
    assert loads(dumps(document)).sections == (example,)


@every_block
def test_a_section_of_it_may_be_empty(block: Block[Any]) -> None:
    assert block.model(type=block.key).type == block.key


@every_block
def test_its_fields_are_described(block: Block[Any]) -> None:
    assert block.model.__doc__


def test_a_document_may_hold_exactly_the_blocks_of_the_registry() -> None:
    union = get_args(AnySection)[0]
    assert list(get_args(union)) == [block.model for block in BLOCKS]

"""The published schema: what it says, it said last time too."""

from newsletter.document import schema
from newsletter.document.blocks import BLOCKS
from tests.golden.compare import assert_golden


def test_the_schema_is_the_published_one() -> None:
    assert_golden("document.schema.json", schema.dumps())


def test_it_is_draft_2020_12_and_names_every_block() -> None:
    described = schema.json_schema()
    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    mapping = described["properties"]["sections"]["items"]["discriminator"]["mapping"]
    assert set(mapping) == set(BLOCKS.keys())
    assert all(reference.removeprefix("#/$defs/") in described["$defs"] for reference in mapping.values())


def test_unknown_fields_are_refused_everywhere() -> None:
    described = schema.json_schema()
    objects = [part for part in (described, *described["$defs"].values()) if part.get("type") == "object"]
    assert objects
    assert all(part["additionalProperties"] is False for part in objects)

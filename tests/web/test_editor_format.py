"""The format of documents in the issue editor: its fields, limits and defaults are those of Python."""

import json
import re
from collections import Counter
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from annotated_types import MaxLen
from hypothesis import HealthCheck, given, settings
from pydantic import Field
from pydantic.fields import FieldInfo

from newsletter.document import Document, DocumentInvalid, dumps
from newsletter.document.blocks import BLOCKS
from newsletter.document.blocks.text import TextSection
from newsletter.document.fields import (
    Day,
    Line,
    Model,
    RichText,
    ShortLine,
    WebUrl,
)
from newsletter.document.image import Image
from newsletter.document.reading import read
from newsletter.document.schema import editor_schema
from newsletter.document.section import Block, Section
from newsletter.issues.edit import editor_json
from tests.document.strategies import documents
from tests.web.editor_oracle import Oracle

slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

OUTSIDE_THE_FORM = {"id", "type", "title", "visibility", "items"}
ENDLESS, ENORMOUS = "x" * 30_000, 10**6


class Answer(Model):
    """What can be chosen."""

    words: ShortLine = ""
    picture: Image | None = None


class Reward(StrEnum):
    NOTHING = "nothing"
    FREE_TICKET = "free_ticket"


class SurveySection(Section):
    """A question with its answers."""

    type: Literal["survey"]
    question: Line = ""
    explanation: RichText = ""
    link: WebUrl = ""
    most_choices: Annotated[int, Field(ge=1, le=9)] = 3
    anonymous: bool = True
    closes: Day | None = None
    reward: Reward = Reward.NOTHING
    items: Annotated[tuple[Answer, ...], Field(max_length=7)] = ()


class WithSurvey(Model):
    """A document that knows one block which no page has heard of."""

    title: Line
    sections: tuple[Annotated[SurveySection | TextSection, Field(discriminator="type")], ...] = ()


def descriptions(oracle: Oracle, schema: dict[str, Any]) -> Any:
    labels = [{"type": block.key, "label": block.label} for block in BLOCKS]
    return oracle.ask("descriptions", schema=schema, labels=labels)


def test_a_block_that_is_only_declared_in_python_can_be_edited(oracle: Oracle) -> None:
    described = descriptions(oracle, WithSurvey.model_json_schema())
    survey = next(block for block in described["blocks"] if block["type"] == "survey")
    assert (survey["label"], survey["about"], survey["most"]) == ("Survey", "A question with its answers.", 7)
    link, title = survey["fields"][2], survey["title"]
    assert (title["label"], title["max"]) == ("Heading", 300)
    assert link == {"name": "link", "label": "Link", "kind": "url", "initial": "", "max": 2000}
    assert [(field["kind"], field["initial"], field.get("max")) for field in survey["fields"]] == [
        ("line", "", 300),
        ("rich", "", 20_000),
        ("url", "", 2_000),
        ("number", 3, 9),
        ("check", True, None),
        ("date", None, None),
        ("choice", "nothing", None),
    ]
    assert survey["fields"][3]["min"] == 1
    assert survey["fields"][6]["choices"] == [["nothing", "Nothing"], ["free_ticket", "Free ticket"]]
    answer = survey["entries"]
    assert (answer["noun"], answer["isText"]) == ("entry", False)
    assert [(field["label"], field["kind"]) for field in answer["fields"]] == [
        ("Words", "line"),
        ("Picture", "image"),
    ]
    assert [field["name"] for field in answer["fields"][1]["fields"]] == list(Image.model_fields)


def test_every_block_and_field_of_the_format_can_be_edited(oracle: Oracle) -> None:
    schema = editor_schema()
    described = descriptions(oracle, schema)
    assert [block["type"] for block in described["blocks"]] == list(BLOCKS.keys())
    assert names(described["issue"]) == set(Document.model_fields) - {"version", "sections", "editions"}
    for block, description in zip(BLOCKS, described["blocks"], strict=True):
        fields = block.model.model_fields
        assert description["label"] == block.label
        assert names(description["fields"]) == set(fields) - OUTSIDE_THE_FORM
        assert (description["title"]["name"], description["visibility"]["name"]) == ("title", "visibility")
        assert ("entries" in description) == ("items" in fields)
        if "entries" in description:
            assert description["most"] == most_entries(fields["items"])
            assert description["entries"]["noun"] != "entry"  # it has words of its own
        for field in [*description["fields"], *description.get("entries", {}).get("fields", [])]:
            if "fields" in field:
                assert names(field["fields"]) == set(schema["$defs"][MODELS[field["name"]]]["properties"])


MODELS = {"image": "Image", "provenance": "Provenance"}


def names(fields: list[dict[str, Any]]) -> set[str]:
    return {field["name"] for field in fields}


def most_entries(items: FieldInfo) -> int:
    (limit,) = [limit.max_length for limit in items.metadata if isinstance(limit, MaxLen)]
    return limit


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.key)
def test_too_much_is_refused_in_the_page_as_by_the_server(oracle: Oracle, block: Block[Any]) -> None:
    """Every text, number and list of the block and of the issue is beyond its limit."""
    schema = editor_schema()
    section = excess(schema, schema["$defs"][block.model.__name__]) | {"id": "x"}
    document = excess(schema, schema) | {"sections": [section]}
    with pytest.raises(DocumentInvalid) as refused:
        read(document)
    by_server = Counter(
        (path.rpartition(".")[2], sentence)
        for path, sentence in refused.value.fields.items()
        if sentence.startswith(("This is too ", "There are too "))
    )
    by_page = Counter(
        (re.split(r"[./]", address)[-1], sentence.replace(",", ""))
        for address, sentence in oracle.ask("documentErrors", document=document)
        if sentence.startswith(("This is too ", "There are too "))
    )
    statements = Counter(
        {("text", sentence): n for (name, sentence), n in by_server.items() if name.startswith("items[")}
    )
    rest = Counter({key: n for key, n in by_server.items() if not key[0].startswith("items[")})
    assert by_page == statements + rest
    assert len(by_page) > 8


def excess(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """An object of `part` in which whatever has a limit is beyond it."""
    return {
        name: too_much(schema, inner)
        for name, inner in part["properties"].items()
        if name not in {"version", "sections", "id"}
    }


def too_much(schema: dict[str, Any], part: dict[str, Any]) -> Any:
    options = [option for option in part.get("anyOf", [part]) if option.get("type") != "null"]
    reference = options[0].get("$ref", "").removeprefix("#/$defs/")
    field_schema = schema["$defs"][reference] if reference else options[0]
    if "properties" in field_schema:
        return excess(schema, field_schema)
    if "items" in field_schema and "pattern" in field_schema["items"]:
        return ["en"] * (field_schema["maxItems"] + 1)
    if "items" in field_schema:
        return [too_much(schema, field_schema["items"])]
    if field_schema["type"] == "string" and "maxLength" in field_schema:
        return ENDLESS
    return {"integer": ENORMOUS, "boolean": False}.get(
        field_schema["type"], field_schema.get("const", part.get("default"))
    )


@slow
@given(document=documents)
def test_the_editor_fills_in_every_default_as_the_format_does(oracle: Oracle, document: Document) -> None:
    assert read(oracle.ask("filled", document=json.loads(dumps(document)))) == document
    full = editor_json(document)
    assert oracle.ask("filled", document=json.loads(dumps(document))) == full
    assert oracle.ask("filled", document=full) == full

"""Merge fields say something to everybody."""

from collections.abc import Iterator

from newsletter.document import merge
from newsletter.document.merge import MergeField
from newsletter.document.walk import texts
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_ALWAYS_KNOWN = frozenset({"email", "publication_name"})


def examine(draft: Draft) -> Iterator[Remark]:
    for place in texts(draft.document):
        for piece in merge.fields_in([place.value]):
            yield from _examine_field(draft, piece, place.path)


def _examine_field(draft: Draft, field: MergeField, path: str) -> Iterator[Remark]:
    if field.name in draft.unknown_attributes:
        instead = f"everyone sees “{field.default}”" if field.default else "everyone sees a blank there"
        yield warning(f"No subscriber has the merge field {field.name}: {instead}.", path)
    elif not field.default and field.name not in _ALWAYS_KNOWN:
        yield warning(
            f"Readers without {field.name} see a blank there. Add a default, for example "
            f"{MergeField(field.name, 'reader')}.",
            path,
        )


MERGE_FIELDS = Rule(
    "merge_fields",
    examine,
    about="A merge field has no default, or no subscriber has it.",
)

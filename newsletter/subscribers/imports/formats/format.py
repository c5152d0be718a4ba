"""What is known of the files that another service exports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.subscribers.imports.states import FileState


@dataclass(frozen=True)
class Format:
    """Titles and state words are in the form of `words.compact`.

    A file is of this format when its header has all titles of one of `signatures`. `fields` says which field
    (`titles.Field`) a column fills; `words` what its states mean here, None for somebody who gets mail.
    """

    name: str
    label: str
    source: str  # where the columns are described
    signatures: tuple[frozenset[str], ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, FileState | None] = field(default_factory=dict)

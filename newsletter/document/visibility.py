"""Who sees a section."""

from typing import Annotated

from pydantic import Field

from newsletter.document.fields import Key, Language, Model

_Keys = Annotated[tuple[Key, ...], Field(max_length=50)]
_Languages = Annotated[tuple[Language, ...], Field(max_length=50)]


class Visibility(Model):
    """Each kind that names anything must match; within a kind, one match is enough."""

    topics: _Keys = ()
    """Only for readers of one of these topics."""
    segments: _Keys = ()
    """Only for members of one of these segments."""
    languages: _Languages = ()
    """Only for readers of one of these languages."""

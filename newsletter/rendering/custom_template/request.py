"""What the process that renders custom templates is asked, and what it answers: JSON, both ways."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from newsletter.document.fields import STORED
from newsletter.rendering.inline import InlinedParts
from newsletter.rendering.render_input import RenderInput
from newsletter.rendering.slots import SlotTable


@dataclass(frozen=True)
class Request:
    """An issue with a custom template, and the table that its slots go into."""

    given: RenderInput
    slots: SlotTable

    def to_json(self) -> bytes:
        return _REQUEST.dump_json(self)

    @classmethod
    def from_json(cls, octets: bytes) -> "Request":
        return _REQUEST.validate_json(octets, context=STORED)


@dataclass(frozen=True)
class Answer:
    """The composed issue, as `compose.Composed` has it. `followed`: the addresses that its links lead to."""

    html: str
    text: str
    subject: str
    preheader: str
    slots: SlotTable
    inlined: InlinedParts
    followed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Why there is none, as `DomainError` has it."""

    code: str
    message: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One of the two."""

    answer: Answer | None = None
    problem: Problem | None = None

    def to_json(self) -> bytes:
        return _REPLY.dump_json(self)

    @classmethod
    def from_json(cls, octets: bytes) -> "Reply":
        return _REPLY.validate_json(octets)


_REQUEST = TypeAdapter(Request)
_REPLY = TypeAdapter(Reply)

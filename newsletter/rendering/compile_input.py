"""All that a compiled message is made of, in a form that can be kept: it makes the same message again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from newsletter.document.fields import STORED
from newsletter.rendering.compile import compile_measured, compile_message
from newsletter.rendering.compose import compose
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.parts import PartBytes, by_path, part_paths
from newsletter.rendering.redirects import FollowedUrls
from newsletter.rendering.render_input import RenderInput, TrackingInput
from newsletter.rendering.slots import SlotTable


@dataclass(frozen=True)
class CompileInput:
    """What is rendered, the facts of the header, and what stands before the subject of what is no mailing."""

    render: RenderInput
    headers: MessageHeaders
    mark: str = ""

    def to_json(self) -> str:
        """The same each time; `from_json` reads it."""
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "CompileInput":
        """What `to_json` wrote; `ValueError` for anything else."""
        try:
            return _ADAPTER.validate_json(text, context=STORED)
        except ValidationError as error:
            message = "this is not what a message was compiled from"
            raise ValueError(message) from error

    def redirected(
        self, redirects: Mapping[str, str], tracking: TrackingInput | None = None
    ) -> "CompileInput":
        """The same with links that lead elsewhere or are counted, by the URLs of `urls_followed`."""
        return replace(self, render=replace(self.render, redirects=redirects, tracking=tracking))


_ADAPTER = TypeAdapter(CompileInput)


def urls_followed(given: CompileInput) -> list[str]:
    """The web addresses that the message's links lead to, in its order; takes a rendering without inlining.

    Without those in which a merge field stands: they are not the same for everybody. Raises what `compose`
    raises.
    """
    slots = SlotTable()
    followed = FollowedUrls(slots.nonce)
    compose(given.render, slots, followed)
    return followed.urls


def compile_from(given: CompileInput) -> CompiledMessage:
    """Render, inline and compile. Equal inputs give equal messages, as `CompiledMessage.to_json` writes them.

    Raises what `compose` and `compile_message` raise.
    """
    return compile_message(**_composed(given))


def compile_with_parts(given: CompileInput) -> tuple[CompiledMessage, tuple[PartBytes, ...]]:
    """What `compile_from` makes, and how many octets of its HTML each section and item is; costs no more."""
    measured = compile_measured(**_composed(given))
    return measured.message, by_path(given.render.document, measured.octets)


def compile_with_links(given: CompileInput) -> tuple[CompiledMessage, tuple[str, ...]]:
    """What `compile_from` makes, and where each link of its HTML stands, in the HTML's order.

    The path of an item or a section, such as `sections[2].items[0]`; empty for what is around them.
    """
    measured = compile_measured(**_composed(given))
    paths = part_paths(given.render.document)
    return measured.message, tuple(paths.get(name, "") for name in measured.link_names)


def _composed(given: CompileInput) -> dict[str, Any]:
    composed = compose(given.render)
    return {
        "html": composed.html,
        "text": composed.text,
        "subject": given.mark + composed.subject,
        "headers": given.headers,
        "slots": composed.slots,
        "preheader": composed.preheader,
        "inlined": composed.inlined,
    }

"""Compile: a rendered variant becomes a message in which only slots are open."""

import re
from collections import Counter
from typing import NamedTuple

from newsletter.core.errors import Refused
from newsletter.rendering.headers import MessageHeaders, build_headers, refuse_control
from newsletter.rendering.inline import InlinedParts, inline, inline_parts
from newsletter.rendering.message import CompiledMessage, octets_of
from newsletter.rendering.slots import SlotTable, SlottedText

_NEWLINE = re.compile(r"\r\n?")


def compile_message(
    html: str,
    text: str,
    subject: str,
    headers: MessageHeaders,
    slots: SlotTable,
    *,
    preheader: str = "",
    inlined: InlinedParts | None = None,
) -> CompiledMessage:
    """The message to send: CSS inlined, header built, slots cut out; for issues and for system mail alike.

    `html`, `text`, `subject` and `preheader` hold the placeholders of `slots`. `html` is a whole document
    with a body; `preheader` is for previews, the one that readers get stands in `html`; `inlined` is what
    `inline_parts` made of `html`, where that is done already. Takes tens of milliseconds.
    Raises `Refused` for HTML or CSS that cannot be used, for a header that would be invalid (field by field),
    and for a placeholder that was damaged on its way, by a filter for upper case for example.
    """
    ready = inlined.html if inlined else inline(body_of("html", html))
    return _compile(ready, text, subject, headers, slots=slots, preheader=preheader)


class MeasuredMessage(NamedTuple):
    """A message, and what is known of its parts, by the names that the templates gave them (see `parts`).

    octets: of the HTML of each part, with the slots' defaults.
    link_names: for each link of the HTML, in its order, the name of the part that it stands in, or nothing.
    """

    message: CompiledMessage
    octets: dict[str, int]
    link_names: list[str]


def compile_measured(
    html: str,
    text: str,
    subject: str,
    headers: MessageHeaders,
    slots: SlotTable,
    *,
    preheader: str = "",
    inlined: InlinedParts | None = None,
) -> MeasuredMessage:
    """What `compile_message` makes, with what is known of its parts."""
    parts = inlined or inline_parts(body_of("html", html))
    message = _compile(parts.html, text, subject, headers, slots=slots, preheader=preheader)
    octets: Counter[str] = Counter()
    for name, fragment in parts.fragments:
        octets[name] += octets_of(slots.cut(fragment))
    return MeasuredMessage(message, dict(octets), parts.link_names)


def _compile(
    inlined: str, text: str, subject: str, headers: MessageHeaders, *, slots: SlotTable, preheader: str
) -> CompiledMessage:
    subject = subject.strip(" ")
    refuse_control("preheader", preheader)
    lines = build_headers(headers, subject, slots)
    return CompiledMessage(
        headers=lines,
        subject=_cut("subject", subject, slots),
        preheader=_cut("preheader", preheader, slots),
        text=_cut("text", body_of("text", text), slots),
        html=_cut("html", body_of("html", inlined), slots),
    )


def body_of(field: str, content: str) -> str:
    """`content` with LF line breaks and one at its end; it must be Unicode text without NUL."""
    if "\0" in content:
        raise Refused("body_refused", f"The {field} holds a NUL character.", {field: "holds a NUL character"})
    try:
        content.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refused(
            "body_refused", f"The {field} is not valid Unicode.", {field: "is not valid Unicode"}
        ) from error
    content = _NEWLINE.sub("\n", content)
    return content if content.endswith("\n") else f"{content}\n"


def _cut(field: str, content: str, slots: SlotTable) -> SlottedText:
    slotted = slots.cut(content)
    if any(isinstance(element, str) and slots.nonce in element.lower() for element in slotted):
        problem = "a merge field was cut or changed, by a filter of the template for example"
        raise Refused("slot_damaged", f"In the {field}, {problem}.", {field: problem})
    return slotted
